/** What one direction of a link does to the bytes on it. */
export interface Conditions {
  /** One way, in ms. */
  readonly latencyMs: number
  /** Each chunk takes up to this much longer, at random; order is kept, as TCP keeps it. */
  readonly jitterMs: number
  /** `Infinity` is no limit. */
  readonly bytesPerSecond: number
}

export const NO_DELAY: Conditions = { latencyMs: 0, jitterMs: 0, bytesPerSecond: Infinity }

/** One direction of a link, as all connections over it see it at this moment. */
export interface Lane extends Conditions {
  /** Nothing arrives until it is healed; what is on its way is kept, as TCP would send it again. */
  readonly stalled: boolean
  /** Counts bytes as they are delivered and says how many of `size` may pass before the link breaks. */
  admit(size: number): number
}
