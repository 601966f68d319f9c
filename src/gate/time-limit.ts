/** How long things may take, and how long to wait for them. */

/**
 * Runs something that is to end when its time is up, when the caller gives up, or when somebody
 * aborts the controller.
 */
export async function withTimeLimit<T>(
  ms: number,
  caller: AbortSignal | undefined,
  controller: AbortController,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = controller
  const timer = setTimeout(() => controller.abort(), Math.max(0, ms))
  try {
    return await run(caller ? AbortSignal.any([signal, caller]) : signal)
  } finally {
    clearTimeout(timer)
  }
}

/** Ends early, without complaint, when the signal fires: who goes on will notice. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
