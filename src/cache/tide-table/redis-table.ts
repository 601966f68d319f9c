/**
 * The tide table in Redis: one hash, so one key, which is on one server of a cluster and either whole
 * or missing. A raise is one call of one script.
 */
import { check } from '../../check.ts'
import { encodePosition } from '../../tide/position.ts'
import { decodeTide, type Tide } from '../../tide/tide.ts'
import { type RedisCommands, sendOne, toTexts, unexpectedReply } from '../redis/commands.ts'
import { RedisScript } from '../redis/script.ts'
import { CATALOG, decodeCatalog, raiseFields } from './fields.ts'
import { encodeMark } from './mark.ts'
import { RAISE, RAISE_FLOOR, REMOVE_BELOW_FLOOR } from './scripts.ts'
import { fieldsToRead, optional, toTableReading } from './table-fields.ts'
import type {
  Mark,
  PublishedCatalog,
  Raise,
  Raised,
  ReadTable,
  TableReading,
  TideTable,
} from './tide-table.ts'

export interface RedisTableOptions {
  /**
   * Tells the tables of several databases in one Redis apart. The consumer and the readers of a
   * database give the same. @default 'main'
   */
  readonly name?: string | undefined
  /**
   * A raise of more tags goes in parts, and its horizon with the last: Redis serves nobody else while
   * it runs one. @default 5000
   */
  readonly tagsPerCall?: number | undefined
}

/** A few milliseconds of Redis' time. */
const SCANNED_PER_CALL = 1000

const raiseScript = new RedisScript(RAISE)
const floorScript = new RedisScript(RAISE_FLOOR)
const removeScript = new RedisScript(REMOVE_BELOW_FLOOR)

export class RedisTable implements TideTable {
  readonly key: string
  readonly #redis: RedisCommands
  readonly #tagsPerCall: number

  constructor(redis: RedisCommands, { name = 'main', tagsPerCall = 5000 }: RedisTableOptions = {}) {
    const isCount = Number.isInteger(tagsPerCall) && tagsPerCall >= 1
    check(isCount, 'tagsPerCall', 'a whole number from 1')
    this.key = tableKey(name)
    this.#redis = redis
    this.#tagsPerCall = tagsPerCall
  }

  async raise(raise: Raise): Promise<Raised> {
    const { tags, others } = raiseFields(raise)
    const witness = raise.witness ? encodePosition(raise.witness) : ''
    const parts = Math.max(1, Math.ceil(tags.length / this.#tagsPerCall))
    const batch = parts > 1 ? crypto.randomUUID() : ''
    for (let part = 1; ; part++) {
      const some = tags.slice((part - 1) * this.#tagsPerCall, part * this.#tagsPerCall)
      const last = part === parts
      const reply = await raiseScript.run(this.#redis, this.key, [
        witness,
        batch,
        part,
        last ? '1' : '0',
        some.length,
        ...some.flat(),
        ...(last ? others.flat() : []),
      ])
      const raised = toRaised(reply)
      if (last || raised.outcome === 'lost') return raised
    }
  }

  async read(wanted: ReadTable = {}): Promise<TableReading> {
    const reply = await sendOne(this.#redis, ['HMGET', this.key, ...fieldsToRead(wanted)])
    return toTableReading(wanted, toTexts(reply))
  }

  async readCatalog(): Promise<PublishedCatalog | undefined> {
    const reply = await sendOne(this.#redis, ['HMGET', this.key, CATALOG])
    return optional(toTexts(reply)[0], decodeCatalog)
  }

  /** The floor rises at once; the fields below it go bit by bit, while others use Redis. */
  async compact(floor: Mark, maxTags: number): Promise<number> {
    const raised = await floorScript.run(this.#redis, this.key, [encodeMark(floor), maxTags])
    if (raised === null || raised === undefined) return 0
    let removed = 0
    let cursor = '0'
    do {
      const reply = await removeScript.run(this.#redis, this.key, [cursor, SCANNED_PER_CALL])
      if (!Array.isArray(reply)) throw unexpectedReply()
      cursor = String(reply[0])
      removed += Number(reply[1])
    } while (cursor !== '0')
    return removed
  }
}

const nameForm = /^[\w.:-]{1,100}$/

/** In braces, which put all keys of one name on one server of a cluster. */
export function tableKey(name: string): string {
  check(nameForm.test(name), 'name', 'letters, digits, dots, colons, hyphens and underscores')
  return `tidegate:{${name}}`
}

function toRaised(reply: unknown): Raised {
  if (!Array.isArray(reply)) throw unexpectedReply()
  const [applied, text, tags]: unknown[] = reply
  const horizon: Tide | undefined = typeof text === 'string' ? decodeTide(text) : undefined
  return Number(applied) === 1
    ? { outcome: 'raised', horizon, tags: Number(tags) }
    : { outcome: 'lost', horizon }
}
