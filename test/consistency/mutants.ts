/**
 * Tidegate with one rule broken, to see that the checker would notice. They are made from outside, by
 * wrapping what the SDK and the consumer are given; the product knows nothing of them.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import type { RedisCommands } from '../../src/cache/redis/commands.ts'
import { HISTORY } from '../../src/cache/tide-table/fields.ts'
import type { Raise, TideTable } from '../../src/cache/tide-table/tide-table.ts'
import type { Driver, ReadAnswer } from '../../src/drivers/driver.ts'
import { parseLsn, toLsn } from '../../src/tide/lsn.ts'
import { HELD_COMMITS } from './faults.ts'

export interface Mutant {
  readonly summary: string
  /** What finds it soonest: faults in whose name this stands. */
  readonly faults?: string
  /** The share of operations that write. */
  readonly writes?: number
  readonly driver?: (driver: Driver) => Driver
  /** As the SDK reaches Redis. */
  readonly commands?: (redis: RedisCommands) => RedisCommands
  /** The table that the consumers write to. */
  readonly table?: (table: TideTable) => TideTable
}

/** The name of none: some show best while all else is well. */
const NO_FAULT = 'no fault'

function withReads(driver: Driver, change: (answer: ReadAnswer) => ReadAnswer): Driver {
  return {
    read: async (target, work) => change(await driver.read(target, work)),
    write: async (target, work) => await driver.write(target, work),
  }
}

function withRaise(table: TideTable, raise: TideTable['raise']): TideTable {
  return {
    raise,
    read: async (wanted) => await table.read(wanted),
    readCatalog: async () => await table.readCatalog(),
    compact: async (floor, maxTags) => await table.compact(floor, maxTags),
  }
}

function withoutEpoch<T extends Pick<ReadAnswer, 'epoch' | 'timeline'>>(answer: T): T {
  return { ...answer, epoch: undefined, timeline: undefined }
}

const NEWEST = toLsn(0xffff_ffff_ffff_ffffn)

export const mutants: Readonly<Record<string, Mutant>> = {
  'lo-after-query': {
    summary: "a replica's lower bound is read after the query",
    writes: 0.3,
    faults: NO_FAULT,
    driver: (driver) => ({
      async read(target, work) {
        const answer = await driver.read(target, work)
        if (answer.role === 'primary') return answer
        const { hi } = await driver.read(target, { ...work, transaction: undefined, queries: [] })
        return hi === undefined ? answer : { ...answer, lo: { lsn: hi } }
      },
      write: async (target, work) => await driver.write(target, work),
    }),
  },
  'primary-fill-by-lsn': {
    summary: 'answers of the primary are kept under an LSN instead of an xmin',
    faults: HELD_COMMITS,
    driver: (driver) =>
      withReads(driver, (answer) =>
        answer.role !== 'primary' || answer.hi === undefined
          ? answer
          : { ...answer, lo: { lsn: answer.hi } },
      ),
  },
  'no-own-stamp': {
    summary: 'whatever a replica answers is taken for new enough',
    driver: (driver) =>
      withReads(driver, (answer) =>
        answer.role === 'primary' ? answer : { ...answer, lo: { lsn: NEWEST } },
      ),
  },
  'lsn-inside-transaction': {
    summary: 'the position of a commit is read in its transaction, before the commit',
    faults: 'replays late',
    driver: (driver) => ({
      read: async (target, work) => await driver.read(target, work),
      async write(target, work) {
        const position = { text: 'select pg_current_wal_insert_lsn()', params: [] }
        const { transaction = {}, queries } = work
        const asked = { ...work, transaction, queries: [...queries, position] }
        const { results, commit, ...answer } = await driver.write(target, asked)
        const lsn = parseLsn(results.at(-1)?.rows[0]?.[0] ?? '')
        return { ...answer, results: results.slice(0, -1), commit: commit && { lsn } }
      },
    }),
  },
  'ignore-epoch': {
    summary: 'positions of before and after a failover are compared as if they were of one history',
    faults: 'lost with what its standby lacks',
    driver: (driver) => ({
      read: async (target, work) => withoutEpoch(await driver.read(target, work)),
      write: async (target, work) => withoutEpoch(await driver.write(target, work)),
    }),
    commands: (redis) => ({
      async send(commands, options) {
        const replies = await redis.send(commands, options)
        return replies.map((reply, index) => {
          const [, , ...fields] = commands[index] ?? []
          if (!Array.isArray(reply)) return reply
          return reply.map((text: unknown, place) => (fields[place] === HISTORY ? null : text))
        })
      },
    }),
  },
  'horizon-before-tags': {
    summary: 'the horizon is raised before the tags that it claims',
    faults: NO_FAULT,
    table: (table) =>
      withRaise(table, async (raise: Raise) => {
        const { tags, ...rest } = raise
        const raised = await table.raise(rest)
        if (raised.outcome === 'lost') return raised
        await sleep(50)
        return await table.raise({ tags })
      }),
  },
  'acknowledge-before-redis': {
    summary: 'a commit is confirmed to the slot although Redis does not have it',
    faults: NO_FAULT,
    table: (table) => {
      let count = 0
      return withRaise(table, async (raise: Raise) => {
        // As if the process had ended between the two, now and then.
        const isLost = ++count % 20 === 0
        return await table.raise(isLost ? { ...raise, tags: new Map() } : raise)
      })
    },
  },
}
