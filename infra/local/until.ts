export interface UntilOptions {
  /** @default 30_000 */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks `probe` again and again until it gives something other than `undefined` or `false`, and
 * returns that. `what` completes the sentence «Timed out waiting for …».
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 30_000, signal }: UntilOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    signal?.throwIfAborted()
    const result = await probe()
    if (result !== undefined && result !== false) return result
    if (performance.now() > deadline) {
      throw new Error(`Timed out after ${timeoutMs} ms waiting for ${what}`)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
