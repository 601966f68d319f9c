/**
 * Turns pgoutput's messages (protocol version 1) into transactions and the tags that each touches.
 * It keeps nothing of a row but its key values, and of those a bounded number, so that a
 * transaction of any size passes through in a few kilobytes.
 *
 * @see https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html
 */
import { formatName, type TableName } from '../../src/sql/names.ts'
import { type Lsn, toLsn } from '../../src/tide/lsn.ts'
import {
  planRelation,
  type RelationPlan,
  tagChanged,
  tagInserted,
  tagRemoved,
  tagUpdated,
} from './relation-plan.ts'
import type { Schema, WireRelation } from './relation.ts'
import { TableTags } from './table-tags.ts'
import { Tuple } from './tuple.ts'
import { logicalMessageOf, relationOf } from './wire.ts'

/** Messages of this prefix are heartbeats; their content is the primary's clock in milliseconds. */
export const HEARTBEAT_PREFIX = 'tidegate'
/** Messages of this prefix say that the schema changes in their transaction. */
export const DDL_PREFIX = 'tidegate.ddl'
/** What Tidegate itself keeps in the database. */
const OWN_SCHEMA = 'tidegate'

export interface Commit {
  /** Where its commit record ends, in the WAL that the slot reads. */
  readonly endLsn: Lsn
  /** The low 32 bits of its id, of the server that the slot is on. */
  readonly xid: number
  /** The committing server's clock in ms, taken before the commit record was written. */
  readonly at: number
  /** Where it was applied from, on a subscriber: the commit's end at its origin. */
  readonly origin: { readonly name: string; readonly lsn: Lsn } | undefined
  /** The clock of home that a heartbeat in it carried. */
  readonly beat: number | undefined
  readonly rows: number
  /** The schema has changed, or a relation came that it does not have. */
  readonly changesSchema: boolean
  /** It touched nothing but what Tidegate itself keeps. */
  readonly isOwn: boolean
  /** Each tag once for each time that it was touched. To be called once, at once. */
  readonly takeTags: (raise: (tag: string) => void) => void
}

export interface TransactionReaderOptions {
  readonly schema: Schema
  /** Past so many rows of one table in one transaction, `#*` stands for all. @default 1000 */
  readonly maxRowTags?: number | undefined
  readonly onCommit: (commit: Commit) => void
}

const MICROS_1970_TO_2000 = BigInt(Date.UTC(2000, 0, 1)) * 1000n
const NEW_ROW = 0x4e
const NO_TARGETS: RelationPlan = Object.freeze({ targets: [], columns: 0 })

export class TransactionReader {
  readonly #options: TransactionReaderOptions
  readonly #maxRowTags: number
  readonly #relations = new Map<number, WireRelation>()
  readonly #plans = new Map<number, RelationPlan>()
  readonly #tables = new Map<string, TableTags>()
  readonly #tuple = new Tuple()
  #touched: TableTags[] = []
  #open = false
  #xid = 0
  #origin: Commit['origin']
  #beat: number | undefined
  #rows = 0
  #changesSchema = false
  #isOwn = true

  constructor(options: TransactionReaderOptions) {
    this.#options = options
    this.#maxRowTags = options.maxRowTags ?? 1000
  }

  /** Between `begin` and `commit`. */
  get isOpen(): boolean {
    return this.#open
  }

  read(message: Buffer): void {
    const kind = message[0] ?? 0
    switch (kind) {
      case 0x49: // I
        return this.#insert(message)
      case 0x55: // U
        return this.#update(message)
      case 0x44: // D
        return this.#delete(message)
      case 0x42: // B
        return this.#begin(message.readUInt32BE(17))
      case 0x43: // C
        return this.#commit(message)
      case 0x52: // R
        return this.#relation(relationOf(message))
      case 0x54: // T
        return this.#truncate(message)
      case 0x4d: // M
        return this.#message(message)
      case 0x4f: // O
        this.#origin = {
          lsn: toLsn(message.readBigUInt64BE(1)),
          name: message.toString('utf8', 9, message.length - 1),
        }
        return
      case 0x59: // Y, of a type: values are compared as text
      case 0x53: // S, E, c, A: of streams, which were not asked for. Servers have sent stray ones.
      case 0x45:
      case 0x63:
      case 0x41:
        return
      default:
        throw new RangeError(`pgoutput sent a message of the unknown kind ${kind}.`)
    }
  }

  #begin(xid: number): void {
    for (const tags of this.#touched) tags.reset()
    this.#touched = []
    this.#open = true
    this.#xid = xid
    this.#origin = undefined
    this.#beat = undefined
    this.#rows = 0
    this.#changesSchema = false
    this.#isOwn = true
  }

  #commit(message: Buffer): void {
    if (!this.#open) throw new RangeError('pgoutput sent a commit without its begin.')
    this.#open = false
    const touched = this.#touched
    this.#touched = []
    this.#options.onCommit({
      endLsn: toLsn(message.readBigUInt64BE(10)),
      at: Number((message.readBigInt64BE(18) + MICROS_1970_TO_2000) / 1000n),
      xid: this.#xid,
      origin: this.#origin,
      beat: this.#beat,
      rows: this.#rows,
      changesSchema: this.#changesSchema,
      isOwn: this.#isOwn,
      takeTags: (raise) => {
        for (const tags of touched) tags.take(raise)
      },
    })
  }

  /**
   * The schema has been read anew: what was described before may show elsewhere by now. The server
   * describes a relation once, and again only when it has changed itself.
   */
  describeAgain(): void {
    for (const relation of this.#relations.values()) this.#plan(relation)
  }

  #relation(relation: WireRelation): void {
    this.#relations.set(relation.oid, relation)
    if (!this.#plan(relation)) this.#changesSchema = true
  }

  /** @returns false if it came after the schema was read: its own name is all that is known of it */
  #plan(relation: WireRelation): boolean {
    if (relation.schema === OWN_SCHEMA) {
      this.#plans.set(relation.oid, NO_TARGETS)
      return true
    }
    const tables = this.#options.schema.describe(relation)
    const known = tables ?? [{ table: relation, keys: [] }]
    const plan = planRelation(relation, known, (table) => this.#tagsOf(table))
    this.#plans.set(relation.oid, tables ? plan : blind(plan))
    return tables !== undefined
  }

  #tagsOf(table: TableName): TableTags {
    const name = formatName(table)
    const known = this.#tables.get(name)
    if (known) return known
    const tags = new TableTags(table, this.#maxRowTags)
    this.#tables.set(name, tags)
    return tags
  }

  /** The plan of the relation that a change is of, its tables noted. */
  #planAt(message: Buffer, at: number): RelationPlan {
    const plan = this.#plans.get(message.readUInt32BE(at))
    if (!plan)
      throw new RangeError('pgoutput sent a change of a relation that it did not describe.')
    for (const { tags } of plan.targets) if (tags.touch()) this.#touched.push(tags)
    if (plan !== NO_TARGETS) this.#isOwn = false
    return plan
  }

  #insert(message: Buffer): void {
    this.#rows += 1
    const plan = this.#planAt(message, 1)
    if (!this.#wantsRow(plan)) return
    this.#tuple.walk(message, 6, plan.columns, true)
    for (const target of plan.targets) tagInserted(target, this.#tuple)
  }

  #update(message: Buffer): void {
    this.#rows += 1
    const plan = this.#planAt(message, 1)
    if (!this.#wantsRow(plan)) return
    if (message[5] === NEW_ROW) {
      this.#tuple.walk(message, 6, plan.columns, true)
      for (const target of plan.targets) tagUpdated(target, this.#tuple)
      return
    }
    const end = this.#tuple.walk(message, 6, plan.columns, false)
    for (const target of plan.targets) tagRemoved(target, this.#tuple)
    this.#tuple.walk(message, end + 1, plan.columns, true)
    for (const target of plan.targets) tagChanged(target, this.#tuple)
  }

  #delete(message: Buffer): void {
    this.#rows += 1
    const plan = this.#planAt(message, 1)
    if (!this.#wantsRow(plan)) return
    this.#tuple.walk(message, 6, plan.columns, true)
    for (const target of plan.targets) tagRemoved(target, this.#tuple)
  }

  /** Counts the row, and says whether its values matter to anyone. */
  #wantsRow({ targets }: RelationPlan): boolean {
    let wanted = false
    for (const { tags } of targets) {
      if (!tags.collapsed) tags.row()
      if (!tags.collapsed) wanted = true
    }
    return wanted
  }

  #truncate(message: Buffer): void {
    const count = message.readUInt32BE(1)
    for (let index = 0; index < count; index += 1) {
      for (const { tags } of this.#planAt(message, 6 + index * 4).targets) tags.collapse()
    }
  }

  #message(message: Buffer): void {
    const { transactional, prefix, content } = logicalMessageOf(message)
    // Those outside transactions come early and although their transaction is rolled back.
    if (!transactional) return
    if (prefix === DDL_PREFIX) this.#changesSchema = true
    else if (prefix === HEARTBEAT_PREFIX && /^\d{1,15}$/.test(content)) this.#beat = Number(content)
  }
}

function blind({ targets, columns }: RelationPlan): RelationPlan {
  return {
    columns,
    targets: targets.map((target) => ({ ...target, isBlind: true, forgets: true })),
  }
}
