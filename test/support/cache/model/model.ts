/**
 * Everything together: writers, replication, decoding, fills that are stored late, and sessions that
 * read through the real table, the real rule and the real comparison of needs. Each answer is compared
 * with what the model knows was committed.
 */
import type { Entry, EntryStamp } from '../../../../src/cache/entry.ts'
import { judgeEntry, RULE, type Validity } from '../../../../src/cache/judge.ts'
import { type EntryNeed, entryTide, meetsNeed, seenWith } from '../../../../src/cache/need.ts'
import { toLsn } from '../../../../src/tide/lsn.ts'
import { type Position, reaches } from '../../../../src/tide/position.ts'
import { settleToken } from '../../../../src/tide/settle-token.ts'
import { isXminBound } from '../../../../src/tide/stamp.ts'
import { EMPTY_TOKEN, joinTokens, type Token, toToken } from '../../../../src/tide/token.ts'
import type { Choices } from './choices.ts'
import { type Commit, Home, type Replica } from './home.ts'
import { ModelConsumer } from './model-consumer.ts'
import { TableKeeper } from './table-keeper.ts'
import type { Variant } from './variant.ts'

type Content = ReadonlySet<Commit>
type ModelEntry = Omit<Entry, 'result'> & { readonly content: Content }

interface Held {
  readonly entry: ModelEntry
  readonly validity: Validity | undefined
}

interface Session {
  token: Token
  seen: Set<Commit>
}

/** A read of a node on its way: the position, the rows, the position again, each at another moment. */
interface Loading {
  readonly source: Replica | undefined
  readonly life: number
  readonly session: Session | undefined
  readonly tags: readonly string[]
  stamp?: Pick<EntryStamp, 'lo' | 'at'>
  content?: Content
  entry?: ModelEntry
}

const queries = [['a'], ['b'], ['a', 'b'], ['c']]

export class Model {
  readonly #variant: Variant
  readonly #home = new Home()
  readonly #table = new TableKeeper()
  readonly #consumer: ModelConsumer
  readonly #sessions: Session[] = [1, 2, 3].map(() => ({ token: EMPTY_TOKEN, seen: new Set() }))
  readonly #entries = new Map<string, ModelEntry>()
  readonly #memory = new Map<string, Held>()
  #loading: Loading[] = []
  #clock = 1
  hits = 0
  nearHits = 0
  steps = 0

  constructor(variant: Variant) {
    this.#variant = variant
    this.#consumer = new ModelConsumer(this.#home, this.#table, variant)
  }

  /** One step of one party. Throws when an answer was outside of its need. */
  async step(choices: Choices): Promise<void> {
    this.steps++
    this.#clock++
    const home = this.#home
    switch (choices.below(24)) {
      case 0:
      case 1:
        return home.begin(choices.of(queries) ?? [], this.#clock, choices.below(3))
      case 2:
        return home.begin([], this.#clock)
      case 3:
      case 4:
        return this.#commit(choices)
      case 5:
      case 6:
        return this.#show(choices)
      case 7:
      case 8:
        return this.#replicate(choices)
      case 9:
      case 10:
        return this.#consumer.decode(choices)
      case 11:
      case 12:
        return await this.#consumer.raise()
      case 13:
        return this.#consumer.acknowledge()
      case 14:
        return this.#startLoading(choices)
      case 15:
      case 16:
      case 17:
        return this.#load(choices)
      case 18:
      case 19:
      case 20:
        for (let reads = 0; reads < 3; reads++) await this.#read(choices)
        return
      case 21:
        return await this.#consumer.connect()
      case 22:
        return await this.#consumer.deliverLate()
      default:
        return choices.below(4) === 3 ? await this.#fault(choices) : await this.#read(choices)
    }
  }

  #commit(choices: Choices): void {
    const transaction = choices.of(this.#home.open)
    if (!transaction) return
    if (choices.below(8) === 7) this.#home.abort(transaction)
    else this.#home.commit(transaction, choices.below(3) + 1)
  }

  /** The writer is told when its commit is visible: by its end or, over plain HTTP, by its id. */
  #show(choices: Choices): void {
    const commit = choices.of(this.#home.hidden)
    if (!commit) return
    this.#home.show(commit, this.#clock)
    const session = commit.session === undefined ? undefined : this.#sessions[commit.session]
    if (!session) return
    const { epoch, lsn } = commit.position
    const byId = choices.chance(3)
    this.#tell(session, toToken(byId ? { epoch, xids: [commit.xid] } : { epoch, lsn }), [commit])
  }

  #replicate(choices: Choices): void {
    const replica = choices.of(this.#home.replicas)
    if (!replica) return
    const count = choices.below(3) + 1
    replica.applied = Math.min(replica.applied + count, this.#home.wal.length)
  }

  #startLoading(choices: Choices): void {
    const source = choices.of([undefined, ...this.#home.replicas])
    const life = source?.life ?? this.#home.life
    const session = choices.chance(2) ? choices.of(this.#sessions) : undefined
    this.#loading.push({ source, life, session, tags: choices.of(queries) ?? [] })
  }

  #load(choices: Choices): void {
    const loading = choices.of(this.#loading)
    if (!loading) return
    if (loading.entry) {
      this.#loading = this.#loading.filter((other) => other !== loading)
      this.#entries.set(loading.tags.join(), loading.entry)
      if (choices.chance(2)) {
        this.#memory.set(loading.tags.join(), { entry: loading.entry, validity: undefined })
      }
    } else if (loading.life !== (loading.source?.life ?? this.#home.life)) {
      this.#loading = this.#loading.filter((other) => other !== loading)
    } else if (loading.content) this.#finish(loading, loading.content)
    else if (loading.stamp) loading.content = this.#look(loading)
    else loading.stamp = this.#stamp(loading)
  }

  #stamp(loading: Loading): Pick<EntryStamp, 'lo' | 'at'> {
    const { source } = loading
    if (source === undefined) return { lo: this.#primaryLo(), at: this.#clock }
    const heartbeat = this.#home.lastHeartbeat(source.applied)
    if (source.role === 'standby') {
      return { lo: this.#home.positionAfter(source.applied), at: heartbeat?.at }
    }
    // The row that travels with the data is read in one snapshot with it.
    loading.content = this.#look(loading)
    const shown =
      heartbeat && this.#home.wal.findLast(({ position }) => position.lsn <= heartbeat.insertLsn)
    const applied = shown ? this.#home.wal.indexOf(shown) + 1 : 0
    return { lo: this.#home.positionAfter(applied), at: heartbeat?.at }
  }

  #primaryLo(): EntryStamp['lo'] {
    const { epoch, endLsn: lsn, xmin } = this.#home
    return this.#variant.lsnOnPrimary ? { epoch, lsn } : { epoch, xmin }
  }

  #look({ source, tags }: Loading): Content {
    const shown = source ? this.#home.wal.slice(0, source.applied) : this.#home.visible()
    return new Set(shown.filter((commit) => touches(commit, tags)))
  }

  #finish(loading: Loading, content: Content): void {
    const { source, session, tags, stamp } = loading
    const home = this.#home
    const hi = source ? home.positionAfter(source.applied) : { epoch: home.epoch, lsn: home.endLsn }
    const lo = this.#variant.positionAfterQuery && source?.role === 'standby' ? hi : stamp?.lo
    loading.entry = { lo: lo ?? hi, hi, at: stamp?.at, tags, content }
    if (session) this.#tell(session, toToken(hi), content)
  }

  async #read(choices: Choices): Promise<void> {
    const tags = choices.of(queries) ?? []
    const session = choices.of(this.#sessions)
    if (!session) return
    const need = this.#need(choices, session)
    if (!need) return
    const key = tags.join()
    const held = this.#memory.get(key)
    if (held && choices.chance(2)) {
      if (choices.chance(2)) await this.#recall(key, held, need, session)
      else if (meetsNeed(held.entry, held.validity?.through, need)) {
        this.#hit(held.entry, held.validity, need, session)
      }
      return
    }
    const entry = this.#entries.get(key)
    if (!entry) return
    const table = await this.#table.read([...new Set(queries.flat())])
    if (choices.chance(2)) this.#renew(table)
    const judgement = judgeEntry(entry, table, this.#variant.rule ?? RULE)
    if (judgement.outcome === 'good') {
      const { validity } = judgement
      this.#memory.set(key, { entry, validity })
      if (meetsNeed(entry, validity.through, need)) this.#hit(entry, validity, need, session)
    } else if (judgement.outcome === 'stale' && meetsNeed(entry, undefined, need)) {
      this.#hit(entry, undefined, need, session)
    }
  }

  /** What this process holds, by the reading that was made for another entry. */
  #renew(table: Parameters<typeof judgeEntry>[1]): void {
    for (const [key, { entry }] of this.#memory) {
      const judgement = judgeEntry(entry, table, this.#variant.rule ?? RULE)
      if (judgement.outcome === 'good') {
        this.#memory.set(key, { entry, validity: judgement.validity })
      }
    }
  }

  /** What this process holds, judged by the table of the consumer in this process. */
  async #recall(key: string, held: Held, need: EntryNeed, session: Session): Promise<void> {
    const { near } = this.#consumer
    near.notice(await this.#table.read([]))
    const { entry } = held
    const table = near.read(entry.tags, undefined)
    const known = entryTide(entry.lo, held.validity?.through)
    const lo = this.#variant.nearJudgesIds ? entry.lo : known
    if (!table || !lo) return
    const judgement = judgeEntry({ lo, tags: entry.tags }, table, this.#variant.rule ?? RULE)
    if (judgement.outcome !== 'good') return
    const isNews = !held.validity || !reaches(held.validity.through, judgement.validity.through)
    const validity = isNews ? judgement.validity : held.validity
    this.#memory.set(key, { entry, validity })
    if (!meetsNeed(entry, validity?.through, need)) return
    this.#hit(entry, validity, need, session)
    this.nearHits++
  }

  #need(choices: Choices, session: Session): EntryNeed | undefined {
    switch (choices.below(5)) {
      case 0:
        return { kind: 'any' }
      case 1:
        return { kind: 'within', since: this.#clock - choices.below(30) }
      default: {
        const settled = settleToken(session.token, this.#home.history)
        if (settled.outcome === 'unknown') return undefined
        session.token = settled.token
        return { kind: 'token', token: settled.token }
      }
    }
  }

  #hit(entry: ModelEntry, validity: Validity | undefined, need: EntryNeed, session: Session): void {
    this.hits++
    const { content, tags } = entry
    const tide = entryTide(entry.lo, validity?.through)
    for (const commit of content) {
      if (tide && commit.lostTo !== undefined && tide.epoch >= commit.lostTo) {
        throw new Error('The answer shows what was lost')
      }
    }
    for (const commit of this.#home.commits) {
      if (commit.lostTo !== undefined || content.has(commit) || !touches(commit, tags)) continue
      if (tide && reaches(tide, commit.position))
        throw new Error('The answer claims a commit that it lacks')
      if (needs(need, commit)) throw new Error('The answer lacks what its need asks')
      if (need.kind === 'token' && session.seen.has(commit)) {
        throw new Error('The session had seen more already')
      }
    }
    this.#tell(session, toToken(this.#seenWith(entry, validity)), content)
  }

  #seenWith(entry: ModelEntry, validity: Validity | undefined): Position {
    const { hiIsLo, seenBeforeChange } = this.#variant
    if (hiIsLo && !isXminBound(entry.lo)) return entry.lo
    const seen = seenWith(entry, validity)
    const isChange = seenBeforeChange && seen === validity?.since && seen.lsn > 0n
    return isChange ? { ...seen, lsn: toLsn(seen.lsn - 1n) } : seen
  }

  #tell(session: Session, token: Token, content: Iterable<Commit>): void {
    for (const commit of content) session.seen.add(commit)
    const settled = settleToken(session.token, this.#home.history)
    // One that has learned of the new history keeps what of its own was part of it.
    const held = settled.outcome === 'unknown' ? session.token : settled.token
    session.token = joinTokens(held, token)
  }

  async #fault(choices: Choices): Promise<void> {
    switch (choices.below(6)) {
      case 0:
      case 1:
        return this.#consumer.crash(choices.chance(2), !choices.chance(4))
      case 2:
        return await this.#table.setBack(choices.below(this.#table.calls + 1))
      case 3:
        return await this.#table.setBack(0)
      case 4:
        return await this.#consumer.compact(choices.below(3))
      default:
        return this.#promote(choices)
    }
  }

  #promote(choices: Choices): void {
    const standby = choices.of(this.#home.replicas.filter(({ role }) => role === 'standby'))
    if (standby && this.#home.epoch < 4) this.#home.promote(standby)
  }
}

function touches(commit: Commit, tags: readonly string[]): boolean {
  return commit.tags.some((tag) => tags.includes(tag))
}

/** What the need asks for, told by the model's own knowledge of each commit. */
function needs(need: EntryNeed, commit: Commit): boolean {
  switch (need.kind) {
    case 'any':
      return false
    case 'strong':
      return true
    case 'within':
      return commit.shownAt !== undefined && commit.shownAt < need.since
    case 'token': {
      const { token } = need
      if (reaches({ epoch: token.epoch, lsn: token.lsn }, commit.position)) return true
      const ofEpoch = commit.position.epoch === token.epoch
      return ofEpoch && (token.xids.includes(commit.xid) || commit.xid < token.xmin)
    }
  }
}
