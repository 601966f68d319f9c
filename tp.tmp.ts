import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { Cluster } from '/work/consumer/cdc-consumer/nodes/cluster.ts'
import { SourceChooser } from '/work/consumer/cdc-consumer/sources/choose-source.ts'
import { Tail } from '/work/consumer/cdc-consumer/tail.ts'
import { startWorld } from '/work/consumer/infra/local/world.ts'
import { ioredisCommands } from '/work/consumer/src/cache/redis/ioredis.ts'
import { RedisTable } from '/work/consumer/src/cache/tide-table/redis-table.ts'
import { parseLsn } from '/work/consumer/src/tide/lsn.ts'
import { Redis } from 'ioredis'
await using world = await startWorld({
  home: 'iad',
  distanceScale: 0,
  schema: 'create table item (id int primary key, body text)',
})
const p = world.primary
const rows = 300000
const port = new URL(p.url()).port
const redis = new Redis(world.region('iad').redis.url())
for (const size of [1, 10, 1000]) {
  await p.query('truncate item')
  for (const s of ['r', 'c'])
    await p.query(`select pg_create_logical_replication_slot($1,'pgoutput')`, [s])
  await p.query(
    `do $$ begin for i in 0..${rows / size - 1} loop insert into item select i*${size}+g, 'some text of a row' from generate_series(1,${size}) g; commit; end loop; end $$`,
  )
  const [{ lsn }] = await p.query<{ lsn: string }>(`select pg_current_wal_flush_lsn()::text as lsn`)
  await p.query(`select pg_logical_emit_message(true,'x','x')`)
  let t = performance.now()
  await promisify(execFile)(
    'pg_recvlogical',
    [
      '-h',
      '127.0.0.1',
      '-p',
      port,
      '-U',
      'tidegate',
      '-d',
      'app',
      '--start',
      '-S',
      'r',
      '-f',
      '/dev/null',
      '-o',
      'proto_version=1',
      '-o',
      'publication_names=tidegate',
      '-E',
      lsn,
      '--no-loop',
    ],
    { env: { PGPASSWORD: 'tidegate', PATH: process.env.PATH } },
  )
  const rv = rows / ((performance.now() - t) / 1000)
  await redis.flushall()
  const table = new RedisTable(ioredisCommands(redis))
  const done = Promise.withResolvers<void>()
  let raises = 0,
    ms = 0
  const onEvent = (e: any) => {
    if (e.name === 'raised') {
      raises++
      ms += e.raiseMs
      if (e.horizon && e.horizon.lsn >= parseLsn(lsn)) done.resolve()
    } else if (e.name === 'raise-failed' || e.name === 'stream-ended') console.log(e)
  }
  const cluster = new Cluster([{ name: 'iad-1', role: 'primary', url: p.url() }], onEvent)
  const chooser = new SourceChooser(
    cluster,
    { source: 'home', node: undefined, slot: 'c' },
    onEvent,
  )
  const tail = new Tail({
    cluster,
    table,
    slot: 'c',
    catalog: { publication: 'tidegate' },
    onEvent,
    choose: () => chooser.choose(),
  })
  t = performance.now()
  const cpu = process.cpuUsage()
  const running = tail.run()
  await done.promise
  const el = performance.now() - t
  const c2 = process.cpuUsage(cpu)
  const cv = rows / (el / 1000)
  console.log({
    size,
    rv: Math.round(rv),
    cv: Math.round(cv),
    ratio: cv / rv,
    raises,
    raiseMs: ms,
    el,
    cpuUser: c2.user / 1000,
    cpuSys: c2.system / 1000,
    rss: process.memoryUsage().rss / 1e6,
  })
  tail.stop()
  await running
  await cluster[Symbol.asyncDispose]()
  for (const s of ['r', 'c']) {
    for (let i = 0; i < 50; i++) {
      try {
        await p.query(`select pg_drop_replication_slot($1)`, [s])
        break
      } catch {
        await new Promise((r) => setTimeout(r, 100))
      }
    }
  }
}
redis.disconnect()
