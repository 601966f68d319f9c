/**
 * What Tidegate adds to Neon's SQL over HTTP: the headers between its own driver and its gateway.
 * Plain Neon clients send none of them and are answered none of them.
 */
export const gatewayHeaders = {
  // Of a request.
  /** `true`: the answer carries positions. */
  positions: 'Tidegate-Positions',
  /** `true`: a single statement runs in a READ ONLY transaction. For batches Neon has a header. */
  readOnly: 'Tidegate-Read-Only',
  /** `<epoch>:<lsn>`: the answer must have this position. */
  need: 'Tidegate-Need',
  /** How long the gateway may wait for that position. @default 0 */
  waitMs: 'Tidegate-Wait-Ms',
  /** `748,751`: which of these transactions does the answer show? */
  xids: 'Tidegate-Xids',

  // Of an answer.
  node: 'Tidegate-Node',
  role: 'Tidegate-Role',
  /** The epoch in which every position of this answer lies. Absent: the gateway was told no history. */
  epoch: 'Tidegate-Epoch',
  /** The primary's WAL timeline, told by primaries. */
  timeline: 'Tidegate-Timeline',
  /** `<lsn>` on a replica, `xmin=<xid>` on a primary, where an LSN would prove nothing. */
  lo: 'Tidegate-Lo',
  /** All that the answer shows lies at or before it. Of a write: only where it wrote nothing. */
  hi: 'Tidegate-Hi',
  /** The primary's clock in ms: the answer has every write that was acknowledged before. */
  at: 'Tidegate-At',
  /** Past the end of what this request committed. Absent: it wrote nothing. */
  commit: 'Tidegate-Commit',
  /** `748,751`: those of the asked transactions that the answer surely shows. */
  shown: 'Tidegate-Shown',
  /**
   * Why nothing ran: `behind`, with the status below; `overloaded`, with 503; `unreachable`, if there is
   * no connection to Postgres, with 500.
   */
  outcome: 'Tidegate-Outcome',
} as const

export type GatewayHeader = (typeof gatewayHeaders)[keyof typeof gatewayHeaders]

/** The driver writes the names out: the table of them need not travel to every isolate. */
export function told(headers: Headers, name: GatewayHeader): string | null {
  return headers.get(name)
}

/**
 * The node does not have the position that was asked for, and nothing ran. Proxies answer 504 as well:
 * only together with `Tidegate-Outcome: behind` is it the gateway's.
 */
export const BEHIND_STATUS = 504
