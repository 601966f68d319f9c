/** Runs something under a signal that fires when its time is up or when somebody gives up on it. */
export async function withTimeLimit<T>(
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), Math.max(0, ms))
  const others = signals.filter((signal) => signal !== undefined)
  try {
    return await run(
      others.length > 0 ? AbortSignal.any([controller.signal, ...others]) : controller.signal,
    )
  } finally {
    clearTimeout(timer)
  }
}
