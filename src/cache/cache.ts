/**
 * The cache of one region: asked before Postgres, filled behind it. It never makes a read fail, and
 * never gives an answer that the read's need does not allow; what it does not know costs time.
 */
import { check } from '../check.ts'
import { isTidegateError } from '../errors.ts'
import { reaches } from '../tide/position.ts'
import { type Deadline, type StoreBreaker, withinBudget } from './budget.ts'
import { type CachedResult, type Entry, entryBytes, type EntryStamp } from './entry.ts'
import { judgeEntry, type Validity } from './judge.ts'
import type { CacheKey } from './key.ts'
import type { Held, MemoryTier } from './memory-tier.ts'
import { type EntryNeed, entryTide, meetsNeed, seenWith } from './need.ts'
import {
  type Bypass,
  type CacheCounts,
  type CachedAnswer,
  Counters,
  type Fill,
  type Lookup,
} from './outcome.ts'
import type { CacheStore, Found } from './stores/store.ts'
import type { NearTable } from './tide-table/near-table.ts'

export interface CacheOptions {
  readonly store: CacheStore
  /** One for this store alone, such as the gate's: it counts the store's failures. */
  readonly breaker: StoreBreaker
  /** A tier in this process in front of the store. @default none */
  readonly memory?: MemoryTier | undefined
  /** The table of a consumer in this process, which judges what the tier has. @default none */
  readonly near?: NearTable | undefined
  /** How long a lookup may take before the read goes on without it. @default 50 */
  readonly budgetMs?: number | undefined
  /** How long a fill may take. @default 1000 */
  readonly fillBudgetMs?: number | undefined
  /** A larger answer is not kept. @default 1 MiB */
  readonly maxEntryBytes?: number | undefined
  /** In ms, for ages and pauses. @default Date.now */
  readonly now?: (() => number) | undefined
  /** From 0 to 1: caches that lost their store together do not come back together. @default Math.random */
  readonly chance?: (() => number) | undefined
}

export interface Question {
  readonly key: CacheKey
  /** All tags that the answer depends on, from `dependencies`. */
  readonly tags: readonly string[]
  readonly need: EntryNeed
  /** The catalog by which the tags were found; `undefined` where it took none to find them. */
  readonly catalogHash?: string | undefined
  /**
   * An entry that has become stale may be the answer, as far as the need allows that: the caller has
   * a way to refresh it meanwhile. @default false
   */
  readonly serveStale?: boolean | undefined
}

/** An answer of Postgres, for the cache. */
export interface Fresh extends EntryStamp {
  readonly result: CachedResult
}

type Judged =
  | { readonly outcome: 'hit'; readonly validity: Validity }
  | Exclude<Lookup, { readonly outcome: 'hit' | 'stale' }>
  | { readonly outcome: 'stale'; readonly tag: string }

export class Cache {
  readonly #store: CacheStore
  readonly #breaker: StoreBreaker
  readonly #memory: MemoryTier | undefined
  readonly #near: NearTable | undefined
  readonly #budgetMs: number
  readonly #fillBudgetMs: number
  readonly #maxEntryBytes: number
  readonly #now: () => number
  readonly #chance: () => number
  readonly #counters = new Counters()

  constructor(options: CacheOptions) {
    this.#store = options.store
    this.#breaker = options.breaker
    this.#memory = options.memory
    this.#near = options.near
    this.#budgetMs = positive('budgetMs', options.budgetMs ?? 50)
    this.#fillBudgetMs = positive('fillBudgetMs', options.fillBudgetMs ?? 1000)
    this.#maxEntryBytes = positive('maxEntryBytes', options.maxEntryBytes ?? 1024 * 1024)
    this.#now = options.now ?? Date.now
    this.#chance = options.chance ?? Math.random
  }

  get counts(): CacheCounts {
    return this.#counters.read()
  }

  /** Never rejects. One round trip at most, and none where this process knows enough. */
  async lookup(question: Question): Promise<Lookup> {
    const lookup = await this.#lookup(question)
    this.#counters.countLookup(lookup)
    return lookup
  }

  /**
   * Keeps an answer, in whatever order answers come. Never rejects; the read need not wait for it.
   * @param ttlMs bounds how long it takes up memory: whether it holds is judged by the tide table.
   */
  async fill(key: CacheKey, tags: readonly string[], fresh: Fresh, ttlMs: number): Promise<Fill> {
    const fill = await this.#fill(key, { ...fresh, tags }, ttlMs)
    this.#counters.countFill(fill)
    return fill
  }

  async #lookup(question: Question): Promise<Lookup> {
    const { key, tags, need } = question
    if (need.kind === 'strong') return { outcome: 'bypass', why: 'strong' }
    const held = this.#memory?.get(key.text, this.#now())
    const hit = held && this.#recall(held, question)
    if (hit) return hit
    // A near table judges them without a journey.
    const others = this.#near ? undefined : this.#memory?.recent(key.text, this.#now())
    const found = await this.#ask(
      this.#budgetMs,
      async (deadline) => await this.#store.find(key, withTagsOf(others, tags), deadline),
    )
    if (typeof found === 'string') return { outcome: 'bypass', why: found }
    // By another schema the answer may depend on other tables.
    if (found.table.catalog?.hash !== question.catalogHash) {
      return { outcome: 'bypass', why: 'schema' }
    }
    if (found.table.horizon) this.#memory?.notice(found.table.horizon.epoch)
    if (others) this.#renew(others, found)
    try {
      return await this.#choose(question, held, found)
    } catch {
      // Its rows cannot be read: as good as none, and overwritten by the fill that follows.
      return { outcome: 'miss' }
    }
  }

  /** What is held here, if nobody has to be asked for it. */
  #recall(held: Held, { key, tags, need, catalogHash }: Question): Lookup | undefined {
    const { entry } = held
    let { validity } = held
    const near = this.#near?.read(entry.tags, catalogHash)
    if (near) {
      // By what is known of it as a position, because the near table does not know all ids.
      const lo = entryTide(entry.lo, validity?.through)
      if (!lo || !areAmong(entry.tags, tags)) return undefined
      const judgement = judgeEntry({ lo, tags: entry.tags }, near)
      if (judgement.outcome !== 'good') return undefined
      if (!validity || !reaches(validity.through, judgement.validity.through)) {
        validity = judgement.validity
        this.#memory?.notice(validity.through.epoch)
        this.#memory?.put(key.text, { entry, validity }, this.#now())
      }
    }
    if (!meetsNeed(entry, validity?.through, need)) return undefined
    return { outcome: 'hit', from: 'memory', answer: toAnswer(entry, validity) }
  }

  /** One look at the table serves all that is asked for again and again. */
  #renew(others: ReadonlyMap<string, Held>, { table }: Found): void {
    for (const [key, { entry }] of others) {
      const judgement = judgeEntry(entry, table)
      if (judgement.outcome === 'good') {
        this.#memory?.put(key, { entry, validity: judgement.validity }, this.#now())
      } else if (judgement.outcome !== 'unknown') this.#memory?.drop(key)
    }
  }

  /** Of the entries here and there the first that will do. */
  async #choose(question: Question, held: Held | undefined, found: Found): Promise<Lookup> {
    const { key, need, serveStale } = question
    const inMemory = held && judge(held.entry, question, found)
    if (held && inMemory?.outcome === 'hit') {
      const { validity } = inMemory
      this.#memory?.put(key.text, { entry: held.entry, validity }, this.#now())
      return { outcome: 'hit', from: 'memory', answer: toAnswer(held.entry, validity) }
    }
    if (inMemory?.outcome === 'stale' || inMemory?.outcome === 'miss') this.#memory?.drop(key.text)
    if (!found.entry) {
      return inMemory && inMemory.outcome !== 'hit'
        ? withAnswer(inMemory, undefined)
        : { outcome: 'miss' }
    }

    const { head } = found.entry
    const inStore = judge(head, question, found)
    if (inStore.outcome === 'hit') {
      const entry = { ...head, result: await found.entry.result() }
      const { validity } = inStore
      this.#memory?.put(key.text, { entry, validity }, this.#now())
      return { outcome: 'hit', from: 'store', answer: toAnswer(entry, validity) }
    }
    if (inStore.outcome !== 'stale' || !serveStale || !meetsNeed(head, undefined, need)) {
      return withAnswer(inStore, undefined)
    }
    const entry = { ...head, result: await found.entry.result() }
    return withAnswer(inStore, toAnswer(entry, undefined))
  }

  async #fill(key: CacheKey, entry: Entry, ttlMs: number): Promise<Fill> {
    if (entryBytes(entry) > this.#maxEntryBytes) return 'too large'
    this.#memory?.put(key.text, { entry, validity: undefined }, this.#now(), ttlMs)
    const put = await this.#ask(this.#fillBudgetMs, async (deadline) => {
      await this.#store.put(key, entry, ttlMs, deadline)
      return { done: true }
    })
    return typeof put === 'string' ? put : 'filled'
  }

  /** Asks the store, or says why not. */
  async #ask<T extends object>(
    budgetMs: number,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T | Extract<Bypass, 'slow' | 'failed' | 'resting'>> {
    if (!this.#breaker.admits(this.#now())) return 'resting'
    this.#breaker.started()
    try {
      const answer = await withinBudget(budgetMs, work)
      this.#breaker.succeeded()
      return answer
    } catch (error) {
      this.#breaker.failed(this.#now(), this.#chance())
      return isTidegateError(error, 'TIMEOUT') ? 'slow' : 'failed'
    }
  }
}

function judge(entry: Omit<Entry, 'result'>, { need, tags }: Question, { table }: Found): Judged {
  // Filled when the query depended on something else: its tags were not asked for.
  if (!areAmong(entry.tags, tags)) return { outcome: 'miss' }
  const judgement = judgeEntry(entry, table)
  switch (judgement.outcome) {
    case 'good':
      return meetsNeed(entry, judgement.validity.through, need)
        ? { outcome: 'hit', validity: judgement.validity }
        : { outcome: 'behind', horizon: judgement.validity.through }
    case 'stale':
      return judgement
    case 'void':
      return { outcome: 'miss' }
    case 'unknown':
      return { outcome: 'bypass', why: 'unknown' }
  }
}

function withTagsOf(
  others: ReadonlyMap<string, Held> | undefined,
  tags: readonly string[],
): readonly string[] {
  if (!others || others.size === 0) return tags
  const all = new Set(tags)
  for (const { entry } of others.values()) for (const tag of entry.tags) all.add(tag)
  return [...all]
}

function areAmong(tags: readonly string[], asked: readonly string[]): boolean {
  // As a rule the very same ones, in the same order.
  if (tags.length === asked.length && tags.every((tag, at) => tag === asked[at])) return true
  const known = new Set(asked)
  return tags.every((tag) => known.has(tag))
}

function withAnswer(
  judged: Exclude<Judged, { readonly outcome: 'hit' }>,
  answer: CachedAnswer | undefined,
): Lookup {
  return judged.outcome === 'stale' ? { ...judged, answer } : judged
}

function toAnswer(entry: Entry, validity: Validity | undefined): CachedAnswer {
  const { lo, result } = entry
  const through = validity?.through
  const at = Math.max(entry.at ?? 0, through?.at ?? 0)
  return {
    result,
    lo,
    tide: entryTide(lo, through),
    at: at === 0 ? undefined : at,
    hi: seenWith(entry, validity),
  }
}

function positive(field: string, value: number): number {
  check(value > 0, field, 'a number above 0')
  return value
}
