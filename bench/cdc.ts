import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import { PASSWORD, SUPERUSER } from '../infra/local/postgres/template.ts'
import { formatLsn, type Lsn } from '../src/tide/lsn.ts'
import { type Benchmark, type Figures, percentiles } from './benchmark.ts'
import { CdcWorld, peakMb, publication } from './cdc-world.ts'

const ROWS = 300_000
const SIZES = [1, 10, 1000]
const COMMITS_PER_SECOND = 500
const LATENCY_SECONDS = 10
const SAMPLE_EVERY = 10

/** What a slot's stream costs a client that throws it away. */
async function receive({ world }: CdcWorld, slot: string, end: Lsn): Promise<number> {
  const { port } = new URL(world.primary.url())
  const startedAt = performance.now()
  await promisify(execFile)(
    'pg_recvlogical',
    [
      `--host=127.0.0.1`,
      `--port=${port}`,
      `--username=${SUPERUSER}`,
      '--dbname=app',
      `--slot=${slot}`,
      '--start',
      '--no-loop',
      '--file=/dev/null',
      `--endpos=${formatLsn(end)}`,
      '--option=proto_version=1',
      `--option=publication_names=${publication}`,
    ],
    { env: { ...process.env, PGPASSWORD: PASSWORD } },
  )
  return performance.now() - startedAt
}

async function hasReceiver(): Promise<boolean> {
  return await promisify(execFile)('pg_recvlogical', ['--version']).then(
    () => true,
    () => false,
  )
}

async function write({ world }: CdcWorld, size: number): Promise<void> {
  const { primary } = world
  await primary.query('truncate item')
  await primary.query(`do $$ begin
    for i in 0..${ROWS / size - 1} loop
      insert into item select i * ${size} + g, 'the text of a row' from generate_series(1, ${size}) g;
      commit;
    end loop;
  end $$`)
}

interface Rates {
  readonly received: number | undefined
  readonly consumed: number
  readonly peak: number
}

async function rates(cdc: CdcWorld, size: number, receiver: boolean): Promise<Rates> {
  const [slot, other] = [`consumed_${size}`, `received_${size}`]
  await cdc.redis.flushall()
  await cdc.slot(slot)
  await cdc.slot(other)
  await write(cdc, size)
  const end = await cdc.position()
  await cdc.world.primary.query(`select pg_logical_emit_message(true, 'after', 'the end')`)
  // Whoever comes first has to decode what nobody has read yet: both get a warm cache.
  await cdc.world.primary.query(
    `select count(*) from pg_logical_slot_peek_binary_changes($1, null, null,
       'proto_version', '1', 'publication_names', '${publication}')`,
    [other],
  )
  const receiveMs = receiver ? await receive(cdc, other, end) : undefined
  const { program, since } = await cdc.consume(slot)
  const consumeMs = (await cdc.horizon(end)) - since()
  const peak = peakMb(program)
  await program.stop()
  await cdc.drop(slot)
  await cdc.drop(other)
  return {
    received: receiveMs === undefined ? undefined : (ROWS / receiveMs) * 1000,
    consumed: (ROWS / consumeMs) * 1000,
    peak,
  }
}

async function latencies(cdc: CdcWorld): Promise<number[]> {
  await cdc.world.primary.query('truncate item')
  await cdc.slot('latency')
  const { program } = await cdc.consume('latency')
  await cdc.horizon(await cdc.position())
  const client = await cdc.world.primary.connect()
  const samples: number[] = []
  const sampling: Promise<void>[] = []
  async function sample(id: number, committedAt: number): Promise<void> {
    const field = `t:public.item#id=${id}`
    while (!(await cdc.redis.hexists(cdc.table.key, field))) {
      // Redis answers in a tenth of a millisecond: that is the grain.
    }
    samples.push(performance.now() - committedAt)
  }
  const startedAt = performance.now()
  for (let id = 1; id <= COMMITS_PER_SECOND * LATENCY_SECONDS; id += 1) {
    const dueAt = startedAt + (id / COMMITS_PER_SECOND) * 1000
    const early = dueAt - performance.now()
    if (early > 1) await sleep(early)
    await client.query(`insert into item values ($1, 'measured')`, [id])
    if (id % SAMPLE_EVERY === 0) sampling.push(sample(id, performance.now()))
  }
  await Promise.all(sampling)
  await client.end()
  await program.stop()
  await cdc.drop('latency')
  return samples
}

export const cdc: Benchmark = {
  summary: 'how fast the consumer follows the WAL, against a client that throws it away',
  compared: {
    ratio: { better: 'higher', kind: 'ratio' },
    rss_mb_max: { better: 'lower', kind: 'size' },
    commit_to_tag_ms_p50: { better: 'lower', kind: 'speed' },
  },
  run: async (log) => {
    const receiver = await hasReceiver()
    if (!receiver) log('pg_recvlogical is not installed: no rate to compare with')
    await using world = await CdcWorld.start()
    const all: Rates[] = []
    for (const size of SIZES) {
      const found = await rates(world, size, receiver)
      all.push(found)
      const { received = Number.NaN, consumed } = found
      log(
        `transactions of ${size}: ${Math.round(consumed)} rows/s, ${Math.round(received)} received`,
      )
    }
    const { p50, p99 } = percentiles(await latencies(world))
    return {
      tx_rows: SIZES,
      recvlogical_rows_s: all.map(({ received = Number.NaN }) => Math.round(received)),
      consumer_rows_s: all.map(({ consumed }) => Math.round(consumed)),
      ratio: all.map(({ received = Number.NaN, consumed }) => round(consumed / received)),
      rss_mb_max: Math.max(...all.map(({ peak }) => peak)),
      commit_to_tag_ms_p50: round(p50),
      commit_to_tag_ms_p99: round(p99),
    } satisfies Figures
  },
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
