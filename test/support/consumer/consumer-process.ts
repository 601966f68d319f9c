/** A consumer as the program that it is, for what can only be done to a process. */
import { join } from 'node:path'

import type { ManagedProcess } from '../../../infra/local/managed-process.ts'
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import type { World } from '../../../infra/local/world.ts'
import { nodeOptions, TOLD } from './region-consumer.ts'

const MAIN = join(import.meta.dirname, '../../../cdc-consumer/main.ts')

export interface ProcessOptions {
  readonly name: string
  readonly source: PostgresNode
  readonly slot: string
  readonly env?: Readonly<Record<string, string>>
}

export interface ConsumerProcess {
  readonly process: ManagedProcess
  readonly port: number
  readonly ready: () => Promise<void>
  readonly metrics: () => Promise<string>
}

export async function consumerProcess(
  world: World,
  { name, source, slot, env = {} }: ProcessOptions,
): Promise<ConsumerProcess> {
  const port = await world.freePort()
  const isHome = source === world.primary
  const nodes = [...new Set([world.primary, source])].map((node) => nodeOptions(node))
  const managed = world.process({
    name,
    command: process.execPath,
    args: [MAIN],
    env: {
      TIDEGATE_NODES: JSON.stringify(nodes),
      TIDEGATE_REDIS: world.region(source.region).redis.url(),
      TIDEGATE_SOURCE: isHome ? 'home' : 'node',
      ...(isHome ? {} : { TIDEGATE_SOURCE_NODE: source.name }),
      TIDEGATE_SLOT: slot,
      TIDEGATE_PUBLICATION: TOLD,
      TIDEGATE_HOST: '127.0.0.1',
      TIDEGATE_PORT: String(port),
      ...env,
    },
  })
  return {
    process: managed,
    port,
    async ready() {
      await until(`${name} to be ready\n${managed.logTail()}`, async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined)
        return answer?.status === 200
      })
    },
    async metrics() {
      return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    },
  }
}
