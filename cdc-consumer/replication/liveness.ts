/**
 * Whether the other end is still there. A connection that is swallowed on its way is never closed:
 * nothing comes, and nobody says so. Pure, so that it can be tested without waiting.
 */
export interface Liveness {
  /** How often our position is sent, which keeps the server from giving us up. */
  readonly intervalMs: number
  /** After so long without a byte the server is asked for an answer. */
  readonly askAfterMs: number
  /** After so long without one it is gone. `Infinity` where the server does not time out either. */
  readonly goneAfterMs: number
}

const LONGEST_INTERVAL_MS = 10_000

/**
 * @param senderTimeoutMs the server's `wal_sender_timeout`; 0 is never
 * @param silenceMs overrides when the server is taken to be gone: one that decodes a very large
 *   transaction may be silent for longer than its own timeout
 */
export function livenessOf(senderTimeoutMs: number, silenceMs?: number): Liveness {
  const third = senderTimeoutMs > 0 ? senderTimeoutMs / 3 : LONGEST_INTERVAL_MS
  const goneAfterMs = silenceMs ?? (senderTimeoutMs > 0 ? senderTimeoutMs * 2 : Infinity)
  const intervalMs = Math.max(10, Math.min(third, LONGEST_INTERVAL_MS, goneAfterMs / 4))
  return { intervalMs, askAfterMs: intervalMs, goneAfterMs }
}
