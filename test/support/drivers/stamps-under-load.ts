/** Judges every stamp of a driver while writes go on. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { ReadAnswer, TransactionOptions } from '../../../src/drivers/driver.ts'
import type { Lsn } from '../../../src/tide/lsn.ts'
import { type Xid, parseXid } from '../../../src/tide/xid.ts'
import { type DriverUnderTest, query } from './trial.ts'
import { type DriversWorld, startDriversWorld } from './world.ts'

const READS = 300

/** A write that was acknowledged: the WAL had been flushed up to `lsn` then, its commit included. */
interface Acknowledged {
  readonly id: number
  readonly xid: Xid
  readonly lsn: Lsn
  readonly at: number
}

const levels: readonly (TransactionOptions | undefined)[] = [
  undefined,
  { isolationLevel: 'RepeatableRead' },
]

export function describeStamps(make: (geography: DriversWorld) => Promise<DriverUnderTest>): void {
  let geography: DriversWorld
  let subject: DriverUnderTest
  const written: Acknowledged[] = []
  let writing: Promise<void>
  const stop = new AbortController()

  const signal = new AbortController().signal

  async function writeOn(): Promise<void> {
    const target = subject.target(geography.world.primary)
    while (!stop.signal.aborted) {
      const id = written.length
      const { results, commit } = await subject.driver.write(target, {
        queries: [
          query('insert into note values ($1)', id),
          query('select pg_current_xact_id()'),
          query('select floor(extract(epoch from clock_timestamp()) * 1000)::bigint'),
        ],
        transaction: {},
        signal,
      })
      if (!commit || !('lsn' in commit)) throw new Error('it wrote')
      const [xid, at] = results.slice(1).map(({ rows }) => rows[0]?.[0] ?? '')
      written.push({ id, xid: parseXid(xid ?? ''), lsn: commit.lsn, at: Number(at) })
      if (id % 20 === 0) await geography.beat()
    }
  }

  beforeAll(async () => {
    geography = await startDriversWorld()
    subject = await make(geography)
    writing = writeOn()
  })

  afterAll(async () => {
    stop.abort()
    await writing
    await subject?.[Symbol.asyncDispose]()
    await geography?.[Symbol.asyncDispose]()
  })

  /** What the stamp says is shown, and what is shown lies below its upper bound. */
  function judge({ lo, hi, at, shown, results }: ReadAnswer, asked: readonly Xid[]): void {
    const ids = new Set(results[0]?.rows.map(([id]) => Number(id)))
    const areShown = (them: readonly Acknowledged[]): boolean => them.every(({ id }) => ids.has(id))
    const claimed = written.filter((one) => ('lsn' in lo ? one.lsn <= lo.lsn : one.xid < lo.xmin))
    expect(areShown(claimed)).toBe(true)

    // One writer: whatever is shown was committed after the write before it had been acknowledged.
    const newest = Math.max(...ids, 0)
    const floor = written[newest - 1]?.lsn ?? 0n
    expect(hi).toSatisfy((bound) => bound > floor)

    expect(areShown(written.filter(({ xid }) => shown.includes(xid)))).toBe(true)
    expect(shown.every((xid) => asked.includes(xid))).toBe(true)

    // A write whose clock was read before `at` need not be committed by then; one acknowledged was, and
    // the next one's clock was read after that.
    if (at !== undefined) {
      const acknowledged = written.filter(({ id }) => (written[id + 1]?.at ?? Infinity) < at)
      expect(areShown(acknowledged)).toBe(true)
    }
  }

  for (const role of ['primary', 'standby', 'subscriber'] as const) {
    test.each(levels)(`while writes go on, stamps of a ${role} hold (%j)`, async (transaction) => {
      const node = role === 'primary' ? geography.world.primary : geography[role]
      const target = subject.target(node)
      const before = written.length
      for (let i = 0; i < READS; i++) {
        const xids = written.slice(-4).map(({ xid }) => xid)
        const answer = await subject.driver.read(target, {
          queries: [query('select id from note')],
          transaction,
          xids,
          signal,
        })
        judge(answer, xids)
      }
      // There was a load.
      expect(written.length).toBeGreaterThan(before)
    })
  }
}
