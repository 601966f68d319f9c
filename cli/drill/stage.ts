/** What a failover is done to: the world on this machine, or databases that somebody else runs. */
import { exec } from 'node:child_process'
import { promisify } from 'node:util'

import { startWorld } from '../../infra/local/world.ts'
import { TidegateError } from '../../src/errors.ts'
import type { Config, ConfiguredNode } from '../config/config.ts'
import { Services, setUp } from '../dev/services.ts'
import { worldConfig } from '../dev/world-config.ts'
import { Database } from '../reach/database.ts'

export interface Stage extends AsyncDisposable {
  readonly config: Config
  /** Who is to take over. */
  readonly heir: ConfiguredNode
  /** As when its machine loses power. */
  readonly stopPrimary: () => Promise<void>
  readonly promote: () => Promise<void>
}

export interface LocalOptions {
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/** One standby that takes over, one that goes on to follow, and a subscriber. */
export async function localStage({ signal, onProgress }: LocalOptions): Promise<Stage> {
  await using parts = new AsyncDisposableStack()
  const world = parts.use(
    await startWorld({
      home: 'iad',
      regions: {
        fra: { nodes: ['standby'] },
        lhr: { nodes: ['standby'] },
        syd: { nodes: ['subscriber'] },
      },
      distanceScale: 0.2,
      signal,
      onProgress: ({ part, state }) => {
        if (state === 'ready') onProgress(part)
      },
    }),
  )
  await setUp(world)
  parts.use(await Services.start(world))
  const config = worldConfig(world)
  const heir = config.nodes.find(({ region, role }) => region === 'fra' && role === 'standby')
  const node = world.databases.nodes.find(({ name }) => name === heir?.name)
  if (!heir || !node) throw new Error('The world has a standby in fra')
  const owned = parts.move()
  return {
    config,
    heir,
    stopPrimary: async () => await world.primary.kill(),
    promote: async () => await world.databases.promote(node),
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  }
}

export interface StagingOptions {
  readonly heir: string
  /** Shell commands; who runs the databases knows how. */
  readonly stop: string
  /** @default `pg_promote()` */
  readonly promote: string | undefined
}

export function stagingStage(config: Config, options: StagingOptions): Stage {
  const heir = config.nodes.find(({ name }) => name === options.heir)
  if (heir?.role !== 'standby') {
    throw new TidegateError('CONFIG_INVALID', '--promote: expected the name of a standby.')
  }
  return {
    config,
    heir,
    stopPrimary: async () => await shell(options.stop, '--stop'),
    promote: async () => {
      if (options.promote !== undefined) return await shell(options.promote, '--promote-with')
      await using database = new Database(heir)
      await database.ask('select pg_promote(false)')
    },
    [Symbol.asyncDispose]: async () => await Promise.resolve(),
  }
}

async function shell(line: string, field: string): Promise<void> {
  try {
    await promisify(exec)(line)
  } catch (cause) {
    throw new TidegateError('REPLICATION_FAILED', `The command of ${field} failed.`, { cause })
  }
}
