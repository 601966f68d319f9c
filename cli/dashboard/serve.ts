/** The page of an agent: its cluster's tides, and what its gateway answers. */
import { Journal } from '../../dashboard/journal.ts'
import { serveDashboard } from '../../dashboard/server.ts'
import type { RouteTold } from '../../dashboard/shapes.ts'
import type { TideMetadata } from '../../src/client/metadata.ts'
import type { QueryEvent } from '../../src/client/query-event.ts'
import type { Config } from '../config/config.ts'
import { type ConfiguredDashboard, readPageToken } from '../config/dashboard.ts'
import { ClusterStage } from './stage.ts'

export interface ServedPage extends AsyncDisposable {
  readonly url: string
  /** For the gateway beside it. */
  readonly onQuery: (event: QueryEvent) => void
  readonly onAgain: () => void
}

/** @param region the agent's own, where those are whom its gateway answers */
export async function servePage(
  config: Config,
  dashboard: ConfiguredDashboard,
  region: string,
): Promise<ServedPage> {
  await using parts = new AsyncDisposableStack()
  const journal = new Journal()
  const stage = parts.use(new ClusterStage(config))
  const page = parts.use(
    await serveDashboard({
      stage,
      journal,
      ...dashboard,
      token: readPageToken(dashboard),
      onWatched: (isWatched) => stage.setWatched(isWatched),
    }),
  )
  const all = parts.move()
  return {
    url: page.url,
    onQuery: (event) => journal.add(toVisit(event, region)),
    onAgain: () => journal.countCached(region),
    [Symbol.asyncDispose]: async () => await all.disposeAsync(),
  }
}

/** By its tables: a text may say more than all who may look at the page should know. */
function toVisit(
  { kind, tables, ms, tide, error }: QueryEvent,
  region: string,
): Parameters<Journal['add']>[0] {
  return {
    edge: region,
    who: 'visitor',
    does: `${kind} ${tables.join(', ')}`.trim(),
    ok: error === undefined,
    writes: kind === 'write',
    ms,
    route: tide ? toRoute(tide) : null,
    prevented: false,
  }
}

function toRoute(tide: TideMetadata): RouteTold {
  const { node, region, role, source, reason, cache, ms, stalenessMs, attempts } = tide
  return { node, region, role, source, reason, cache, ms, stalenessMs, tried: attempts.length }
}
