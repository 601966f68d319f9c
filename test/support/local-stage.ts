/** The stage on which Node stands itself: a world, and one kind of endpoint before it. */
import { startWorld } from '../../infra/local/world.ts'
import { nodeIn } from './node-in.ts'
import type { SdkStage } from './sdk-stage.ts'
import type { SqlEndpoint, StartEndpoint } from './sql-endpoint.ts'

export async function startLocalStage(startEndpoint: StartEndpoint): Promise<SdkStage> {
  const world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, lhr: { nodes: ['standby'] } },
    schema: `create table note (id serial primary key, body text unique);
    create function look() returns int language sql volatile as 'select 1';
    create view logged as select nextval('note_id_seq')`,
    distanceScale: 0,
  })
  const { primary, databases } = world
  const replicas = { fra: nodeIn(world, 'fra', 'standby'), lhr: nodeIn(world, 'lhr', 'standby') }
  let endpoint: SqlEndpoint | undefined

  return {
    async open() {
      endpoint = await startEndpoint(world)
      return {
        iad: endpoint.place(primary),
        fra: endpoint.place(replicas.fra),
        lhr: endpoint.place(replicas.lhr),
      }
    },
    async close() {
      await endpoint?.[Symbol.asyncDispose]()
      endpoint = undefined
      for (const replica of Object.values(replicas)) await replica.resumeReplay()
      await databases.caughtUp()
    },
    pauseReplay: async (replica) => await replicas[replica].pauseReplay(),
    reached: async (replica) => await replicas[replica].reached(await primary.position()),
    caughtUp: async () => await databases.caughtUp(),
    freezePrimary: async () => await Promise.resolve(primary.freeze()),
    thawPrimary: async () => await Promise.resolve(primary.thaw()),
    query: async (text) => await primary.query(text),
    async end() {
      await endpoint?.[Symbol.asyncDispose]()
      await world.stop()
    },
  }
}
