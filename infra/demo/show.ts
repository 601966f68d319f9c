/** A running demo with its page: watched, visited, and to be broken. */
import { Journal } from '../../dashboard/journal.ts'
import { serveDashboard } from '../../dashboard/server.ts'
import type { Demo } from './demo.ts'
import { Faults } from './faults.ts'
import { demoRoutes, stageOf } from './stage.ts'
import { Visitors } from './visitors.ts'
import { Watcher } from './watcher.ts'

export interface Show extends AsyncDisposable {
  readonly url: string
}

export interface ShowOptions {
  /** Without one that is said, the usual one or, if that is taken, any. */
  readonly port?: number | undefined
  /** People who use the app while the page is open. @default true */
  readonly hasVisitors?: boolean
  readonly onFailure?: (fault: string, error: unknown) => void
}

/** The caller stops it before the demo. */
export async function showDemo(
  demo: Demo,
  { port, hasVisitors = true, onFailure = () => {} }: ShowOptions,
): Promise<Show> {
  const journal = new Journal()
  const faults = new Faults(demo, onFailure)
  await using parts = new AsyncDisposableStack()
  const watcher = parts.use(new Watcher(demo))
  const visitors = hasVisitors ? parts.use(new Visitors(demo, journal)) : undefined
  const dashboard = parts.use(
    await serveDashboard({
      stage: stageOf(demo, watcher, faults),
      journal,
      port,
      more: demoRoutes(demo, faults, journal),
      onWatched: (isWatched) => visitors?.setWatched(isWatched),
    }),
  )
  const all = parts.move()
  return {
    url: dashboard.url,
    [Symbol.asyncDispose]: async () => await all.disposeAsync(),
  }
}
