/** Tells an app's hook. What it throws is said, and makes no query fail: that may have been a write. */
export function tell<Event>(hook: (event: Event) => void, event: Event): void {
  try {
    hook(event)
  } catch (error) {
    // oxlint-disable-next-line no-console -- all runtimes have it, and its author has to hear of it
    console.error('A hook that was given to Tidegate has thrown', error)
  }
}
