/**
 * What people use today, each by its own rules and at its best, over the official Neon driver: one
 * request for a read, and no header that the gateway would do more for.
 */
import type { Target } from '../../src/drivers/driver.ts'
import { type Fetch, sendNeon } from '../../src/drivers/neon-request.ts'
import { type Edge, READ, type Reading, type Strategy, WRITE } from './strategy.ts'

const TIMEOUT_MS = 10_000

type Node = Edge['near']

/** One statement to one node. @returns the only cell of its answer */
async function ask(
  target: Target,
  fetch: Fetch,
  text: string,
  params: readonly unknown[] = [],
): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const queries = [{ text, params }]
  const { results } = await sendNeon({ target, queries, signal, fetch, onSent: () => {} })
  const cell = results[0]?.rows[0]?.[0]
  if (typeof cell !== 'string') throw new Error('The answer has no row')
  return cell
}

async function readFrom(node: Node, fetch: Fetch, id: number): Promise<Reading> {
  const version = Number(await ask(node, fetch, READ, [id]))
  const source = node.role === 'primary' ? 'primary' : 'replica'
  return { version, source, region: node.region }
}

async function writeHome({ home, fetch }: Edge, id: number): Promise<number> {
  return Number(await ask(home, fetch, WRITE, [id]))
}

export const primaryOnly: Strategy = {
  summary: 'every read goes home',
  open: (edge) => () => ({
    read: async (id) => await readFrom(edge.home, edge.fetch, id),
    write: async (id) => await writeHome(edge, id),
  }),
}

/**
 * Drizzle's `withReplicas`: one of the replicas that it was given, by chance, for every select. At its
 * best each edge is given the nearest one only.
 */
export const randomReplica: Strategy = {
  summary: "Drizzle's withReplicas, given the nearest replica",
  open: (edge) => () => ({
    read: async (id) => await readFrom(edge.near, edge.fetch, id),
    write: async (id) => await writeHome(edge, id),
  }),
}

/** Rails' DatabaseSelector: for so long after a session's write its reads go to the primary. */
export function sticky(seconds: number): Strategy {
  return {
    summary: `Rails' DatabaseSelector with a delay of ${seconds} s`,
    open: (edge) => () => {
      let wroteAt = -Infinity
      return {
        read: async (id) => {
          const sticks = performance.now() - wroteAt < seconds * 1000
          return await readFrom(sticks ? edge.home : edge.near, edge.fetch, id)
        },
        async write(id) {
          try {
            return await writeHome(edge, id)
          } finally {
            wroteAt = performance.now()
          }
        },
      }
    },
  }
}

const POSITION = 'select pg_current_wal_insert_lsn()'
const HAS_REPLAYED = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn'
/** As long as GitLab remembers a position. */
const STICKS_MS = 30_000

interface Stick {
  /** `undefined` until the primary has told it. */
  lsn: string | undefined
  readonly until: number
}

/**
 * GitLab's load balancing: after a write it asks the primary for its position, and before each read
 * asks the replica whether it is that far, until it once is. At its best the write's answer does not
 * wait for the position; until it is known reads go to the primary.
 */
export const pollLsn: Strategy = {
  summary: "GitLab's: asks the replica whether it has replayed the session's write",
  open: (edge) => () => {
    const { home, near, fetch } = edge
    let stick: Stick | undefined

    async function isCaughtUp(): Promise<boolean> {
      const held = stick
      if (!held || near === home || performance.now() > held.until) return true
      if (held.lsn === undefined) return false
      const caughtUp = (await ask(near, fetch, HAS_REPLAYED, [held.lsn])) === 't'
      if (caughtUp && stick === held) stick = undefined
      return caughtUp
    }

    return {
      read: async (id) => await readFrom((await isCaughtUp()) ? near : home, fetch, id),
      async write(id) {
        const version = await writeHome(edge, id)
        const wrote: Stick = { lsn: undefined, until: performance.now() + STICKS_MS }
        stick = wrote
        ask(home, fetch, POSITION).then(
          (lsn) => (wrote.lsn = lsn),
          // Without it the session reads at home until it may forget the write.
          () => {},
        )
        return version
      },
    }
  },
}
