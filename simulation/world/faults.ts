/**
 * What goes wrong, by the dice, planned before the run: regions that lose all others, replicas that
 * stand still for long, and once a primary that dies and is replaced by the replica that is farthest.
 */
import type { Region } from '../../src/topology/regions.ts'
import type { Dice } from '../engine/dice.ts'
import type { Interval } from '../engine/intervals.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import type { Database } from './database.ts'
import type { Wal } from './wal.ts'

export interface Fault extends Interval {
  readonly kind: 'region alone' | 'replica stalled' | 'primary replaced'
  readonly where: string
}

const ALONE_LEAST_MS = 2000
const ALONE_MOST_MS = 20_000
const STALL_LEAST_MS = 5000
const STALL_MOST_MS = 30_000
/** Until somebody has noticed and decided. */
const ELECTION_MS = 5000
const REBUILD_MS = 20_000
/** What was committed in so short a time before the end had been sent to nobody. */
const UNSENT_MS = 15

/** One of each kind for so much of a run, and at least one. */
const EVERY_MS = 120_000

export function planFaults(
  dice: Dice,
  durationMs: number,
  regions: readonly Region[],
  replicas: readonly string[],
): readonly Fault[] {
  const faults: Fault[] = []
  const rounds = Math.max(1, Math.round(durationMs / EVERY_MS))
  const away = regions.slice(1)
  for (let round = 0; round < rounds; round++) {
    const begin = (round * durationMs) / rounds
    const length = durationMs / rounds
    const alone = away[dice.below(Math.max(1, away.length))]
    if (alone) {
      const from = begin + dice.next() * length * 0.3
      const to = from + Math.min(length * 0.3, dice.pareto(ALONE_LEAST_MS, 1, ALONE_MOST_MS))
      faults.push({ kind: 'region alone', where: alone, from, to })
    }
    const stalled = replicas[dice.below(Math.max(1, replicas.length))]
    if (stalled) {
      const from = begin + dice.next() * length * 0.3
      const to = from + Math.min(length * 0.6, dice.pareto(STALL_LEAST_MS, 1, STALL_MOST_MS))
      faults.push({ kind: 'replica stalled', where: stalled, from, to })
    }
  }
  if (replicas.length > 0) {
    const from = durationMs * 0.7
    faults.push({ kind: 'primary replaced', where: 'home', from, to: from + ELECTION_MS })
  }
  return faults
}

/** Those that may be promoted: two at home, or else wherever the first two are. Everybody knows them. */
export function heirs(databases: readonly Database[]): readonly Database[] {
  const [primary, ...replicas] = databases
  const near = replicas.filter(({ region }) => region === primary?.region)
  return [...near, ...replicas.filter((each) => !near.includes(each))].slice(0, 2)
}

/** The primary dies; after the election the heir that has most goes on, and the rest follow it. */
export class Failover {
  readonly #time: VirtualTime
  readonly #wal: Wal
  readonly #databases: readonly Database[]

  constructor(time: VirtualTime, wal: Wal, databases: readonly Database[]) {
    this.#time = time
    this.#wal = wal
    this.#databases = databases
  }

  plan({ from, to }: Interval): void {
    this.#time.at(from, () => {
      const old = this.#databases.find(({ isPrimary }) => isPrimary)
      if (!old) return
      old.isDown = true
      let sent = this.#wal.end
      while (sent > 0 && this.#wal.commit(sent).at > from - UNSENT_MS) sent--
      for (const { replay } of this.#databases) {
        replay.appliedBy(from)
        replay.cutOff(sent)
      }
      this.#time.at(to, () => this.#promote(old))
    })
  }

  #promote(old: Database): void {
    const { now } = this.#time
    const others = this.#databases.filter((each) => each !== old)
    let [heir, most]: [Database | undefined, number] = [undefined, -1]
    for (const each of heirs(this.#databases)) {
      const applied = each.replay.appliedBy(now)
      if (applied > most) [heir, most] = [each, applied]
    }
    if (!heir) return
    const ahead = others.filter((each) => each.replay.appliedBy(now) > most)
    this.#wal.fork(this.#wal.surviving(most))
    old.isPrimary = false
    heir.isPrimary = true
    for (const each of others) if (each !== heir) each.replay.follow(heir.region, now)
    for (const each of [old, ...ahead]) if (each !== heir) this.#rebuild(each, heir)
  }

  /** It has what is not part of the history any more. */
  #rebuild(database: Database, primary: Database): void {
    const { now } = this.#time
    database.isDown = true
    database.replay.follow(primary.region, now + REBUILD_MS)
    this.#time.at(now + REBUILD_MS, () => (database.isDown = false))
  }
}
