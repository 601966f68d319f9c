/** A world with a configuration of its own in a folder of its own, as a user has them. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { TidegateConfig } from '../../../cli/config/options.ts'
import type { ManagedProcess } from '../../../infra/local/managed-process.ts'
import { until } from '../../../infra/local/until.ts'
import type { World } from '../../../infra/local/world.ts'
import { type CliOptions, type CliRun, runCli } from './run-cli.ts'

const MAIN = join(import.meta.dirname, '../../../cli/main.ts')

export class ConfiguredWorld {
  readonly world: World
  readonly folder: string
  readonly env: Readonly<Record<string, string>>

  private constructor(world: World, folder: string, env: Readonly<Record<string, string>>) {
    this.world = world
    this.folder = folder
    this.env = env
  }

  /** The file goes with the world. */
  static async in(world: World, more: Partial<TidegateConfig> = {}): Promise<ConfiguredWorld> {
    const folder = join(world.directory, `configured-${Math.random().toString(36).slice(2)}`)
    await mkdir(folder)
    const env: Record<string, string> = { TOKEN_KEY: 'fjKd83nvQpoW2mXz7TbL0sYcRe5hUaG9' }
    const nodes = world.databases.nodes.map((node) => {
      const variable = `URL_${node.name.toUpperCase().replace('-', '_')}`
      env[variable] = node.url()
      return { node, url: { env: variable } }
    })
    const redis = world.regions.map(({ name, redis: store }) => {
      const variable = `REDIS_${name.toUpperCase()}`
      env[variable] = store.url()
      return [name, { env: variable }] as const
    })
    const config = {
      primary: nodes
        .filter(({ node }) => node === world.primary)
        .map(({ node, url }) => ({ name: node.name, region: node.region, url }))[0],
      replicas: nodes
        .filter(({ node }) => node !== world.primary)
        .map(({ node, url }) => ({ name: node.name, region: node.region, role: node.role, url })),
      redis: Object.fromEntries(redis),
      tokenKeys: [{ env: 'TOKEN_KEY' }],
      ...more,
    }
    await writeFile(join(folder, 'tidegate.config.json'), JSON.stringify(config))
    return new ConfiguredWorld(world, folder, env)
  }

  async run(words: readonly string[], options: CliOptions = {}): Promise<CliRun> {
    return await runCli(words, {
      cwd: this.folder,
      ...options,
      env: { ...this.env, ...options.env },
    })
  }

  /** The program itself, which ends with the world. */
  process(
    name: string,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ManagedProcess {
    return this.world.process({
      name,
      command: process.execPath,
      args: [MAIN, ...words, '--config', join(this.folder, 'tidegate.config.json')],
      env: { ...this.env, ...env },
    })
  }

  /** Consumers of all regions, each raising its tide table. */
  async startConsumers(
    env: Readonly<Record<string, string>> = {},
  ): Promise<readonly ManagedProcess[]> {
    return await Promise.all(
      this.world.regions.map(async ({ name }) => {
        const port = await this.world.freePort()
        const consumer = this.process(`consumer-${name}`, ['consumer', '--region', name], {
          ...env,
          TIDEGATE_HOST: '127.0.0.1',
          TIDEGATE_PORT: String(port),
        })
        consumer.spawn()
        await ready(`http://127.0.0.1:${port}/health`, consumer)
        return consumer
      }),
    )
  }
}

export async function ready(url: string, service: ManagedProcess): Promise<void> {
  await until(`${url} to be ready`, async () => {
    if (!service.running) throw new Error(`It has ended:\n${service.logTail()}`)
    const answer = await fetch(url).catch(() => undefined)
    return answer?.status === 200
  })
}
