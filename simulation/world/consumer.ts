/**
 * The consumer of a region: it tails a node of its region and raises the tide table, tags and the
 * horizon that covers them in one call, one call at a time. After a promotion it raises the floor.
 */
import type { Applied, Mark, Raise } from '../../src/cache/index.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import type { Database } from './database.ts'
import type { Redis } from './redis.ts'
import type { Names } from './tags.ts'
import type { Wal } from './wal.ts'

/** Decoding comes in small batches. */
const DECODE_MS = 20
const APPLIED_MS = 100

export interface ConsumerOptions {
  readonly time: VirtualTime
  readonly wal: Wal
  readonly redis: Pick<Redis, 'raise' | 'table'>
  readonly names: Names
  /** The region's own, the one that is tailed first. */
  readonly nodes: readonly [Database, ...Database[]]
  readonly primary: () => Database
  readonly maxTags: number
}

export class Consumer {
  readonly #options: ConsumerOptions
  #raised = 0
  #epoch = 0
  #appliedAt = -Infinity

  constructor(options: ConsumerOptions) {
    this.#options = options
  }

  /** Goes on for as long as the world does. */
  start(delayMs: number): void {
    const { time } = this.#options
    time.wakeAt(time.now + delayMs, () => this.#turn().catch(time.fail))
  }

  async #turn(): Promise<void> {
    const { time } = this.#options
    const raise = this.#next()
    if (raise) await this.#raise(raise)
    time.wakeAt(time.now + DECODE_MS, () => this.#turn().catch(time.fail))
  }

  async #raise(raise: Raise): Promise<void> {
    const { redis, maxTags, wal } = this.#options
    const raised = await redis.raise(raise)
    if (raised.outcome === 'lost' || !raise.horizon || raised.tags <= maxTags) return
    const { epoch, lsn } = raise.horizon
    await redis.table.compact({ epoch, lsn, xid: wal.highestXid }, maxTags)
  }

  #next(): Raise | undefined {
    const { time, wal, nodes, primary } = this.#options
    const source = nodes.find(({ isDown }) => !isDown)
    if (!source) return undefined
    const end = this.#shownBy(source)
    const { position } = wal.commit(end)
    const { current } = wal.history
    const isNew = current !== this.#epoch && position.epoch === current
    const isDue = time.now - this.#appliedAt >= APPLIED_MS
    if (!isNew && !isDue && end <= this.#raised) return undefined
    const recovery = isNew
      ? {
          floor: { ...position, xid: wal.highestXid },
          history: wal.history,
          primary: { epoch: current, node: primary().name },
        }
      : {}
    if (isNew) this.#epoch = current
    const tags = isNew ? undefined : this.#tags(end)
    const isHorizon = isNew || end > this.#raised
    if (isHorizon) this.#raised = end
    return {
      ...recovery,
      tags,
      horizon: isHorizon ? { ...position, at: wal.commit(end).clock } : undefined,
      applied: isDue ? this.#applied() : undefined,
    }
  }

  #shownBy(node: Database): number {
    const { time, wal } = this.#options
    return node.isPrimary ? wal.surviving(wal.end) : node.replay.appliedBy(time.now)
  }

  #tags(end: number): ReadonlyMap<string, Mark> {
    const { wal, names } = this.#options
    const tags = new Map<string, Mark>()
    for (let number = this.#raised + 1; number <= end; number++) {
      const { row, position, xid } = wal.commit(number)
      if (row === undefined || wal.surviving(number) !== number) continue
      for (const tag of names.of(row).raised) {
        const before = tags.get(tag)
        const highest = before && before.xid > xid ? before.xid : xid
        tags.set(tag, { epoch: position.epoch, lsn: position.lsn, xid: highest })
      }
    }
    return tags
  }

  #applied(): ReadonlyMap<string, Applied> {
    const { time, wal, nodes } = this.#options
    this.#appliedAt = time.now
    const applied = new Map<string, Applied>()
    for (const node of nodes) {
      if (node.isDown) continue
      const { position, clock } = wal.commit(this.#shownBy(node))
      const role = node.isPrimary ? 'primary' : 'standby'
      const { epoch, lsn } = position
      applied.set(node.name, { epoch, lsn, role, timeline: epoch, xmin: undefined, at: clock })
    }
    return applied
  }
}
