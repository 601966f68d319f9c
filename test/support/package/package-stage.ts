/** What the scratch projects run against: a world, with the service that one of them is beside it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ManagedProcess } from '../../../infra/local/managed-process.ts'
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { nodeIn } from '../node-in.ts'
import { packTidegate, type Tarball } from './tarball.ts'

export class PackageStage implements AsyncDisposable {
  readonly world: World
  readonly standby: PostgresNode
  readonly tarball: Tarball
  /** Holds the projects, and goes with the stage. */
  readonly folder: string

  private constructor(world: World, tarball: Tarball, folder: string) {
    this.world = world
    this.standby = nodeIn(world, 'fra', 'standby')
    this.tarball = tarball
    this.folder = folder
  }

  static async start(): Promise<PackageStage> {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-package-'))
    const tarball = await packTidegate(folder)
    const world = await startWorld({
      home: 'iad',
      regions: { fra: { nodes: ['standby'] } },
      // Far enough that the replica is the nearer one, also while a new process is slow.
      distanceScale: 0.3,
      schema: 'create table note (body text primary key)',
    })
    return new PackageStage(world, tarball, folder)
  }

  get env(): Readonly<Record<string, string>> {
    return {
      PRIMARY_URL: this.world.primary.url('fra'),
      FRA_URL: this.standby.url(),
      REDIS_URL: this.world.region('fra').redis.url(),
      REDIS_TOKEN: 'a-token-for-redis-over-http',
      TOKEN_KEY: 'a secret of at least thirty-two characters',
    }
  }

  /** A program in one of the projects, which ends with the world. */
  process(
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ManagedProcess {
    return this.world.process({
      name,
      command: process.execPath,
      args,
      env: { ...this.env, ...env },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world.stop()
    await rm(this.folder, { recursive: true })
  }
}
