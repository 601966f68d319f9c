/**
 * Reads what pgoutput writes, protocol version 1: enough of it to see what a consumer is told.
 *
 * @see https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html
 */
import { type Lsn, toLsn } from '../../src/tide/lsn.ts'
import { ByteReader } from './byte-reader.ts'

/** A value that was stored out of line and not changed is not sent. */
export const UNCHANGED: unique symbol = Symbol('unchanged')

/** Values in their text form. */
export type Row = Readonly<Record<string, string | null | typeof UNCHANGED>>

export type Message =
  | { readonly kind: 'begin'; readonly lsn: Lsn; readonly micros: bigint; readonly xid: number }
  | { readonly kind: 'commit'; readonly lsn: Lsn; readonly endLsn: Lsn; readonly micros: bigint }
  | { readonly kind: 'origin'; readonly lsn: Lsn; readonly name: string }
  | { readonly kind: 'emitted'; readonly prefix: string; readonly content: string }
  | Change

export type Change =
  | { readonly kind: 'insert'; readonly table: string; readonly new: Row }
  | { readonly kind: 'update'; readonly table: string; readonly new: Row; readonly before?: Before }
  | { readonly kind: 'delete'; readonly table: string; readonly before?: Before }
  | { readonly kind: 'truncate'; readonly tables: readonly string[] }
  | { readonly kind: 'message'; readonly prefix: string; readonly content: string }

/** The old key, or under REPLICA IDENTITY FULL the old row. */
export interface Before {
  readonly part: 'key' | 'row'
  readonly values: Row
}

interface Relation {
  readonly name: string
  readonly columns: readonly string[]
}

export class PgoutputReader {
  readonly #relations = new Map<number, Relation>()

  /** Undefined for what only describes a table or a type. */
  read(data: Uint8Array): Message | undefined {
    const bytes = new ByteReader(data)
    const tag = bytes.character()
    switch (tag) {
      case 'B':
        return { kind: 'begin', lsn: lsn(bytes), micros: bytes.uint64(), xid: bytes.uint32() }
      case 'C':
        bytes.skip(1)
        return { kind: 'commit', lsn: lsn(bytes), endLsn: lsn(bytes), micros: bytes.uint64() }
      case 'O':
        return { kind: 'origin', lsn: lsn(bytes), name: bytes.text() }
      case 'M':
        return emitted(bytes)
      case 'R':
        this.#describe(bytes)
        return undefined
      case 'Y':
        return undefined
      case 'I': {
        const relation = this.#relation(bytes)
        bytes.skip(1)
        return { kind: 'insert', table: relation.name, new: row(bytes, relation) }
      }
      case 'U': {
        const relation = this.#relation(bytes)
        const before = this.#before(bytes, relation)
        return { kind: 'update', table: relation.name, ...before, new: row(bytes, relation) }
      }
      case 'D': {
        const relation = this.#relation(bytes)
        return { kind: 'delete', table: relation.name, ...this.#before(bytes, relation) }
      }
      case 'T': {
        const count = bytes.uint32()
        bytes.skip(1)
        const tables = Array.from({ length: count }, () => this.#relation(bytes).name)
        return { kind: 'truncate', tables }
      }
      default:
        throw new Error(`pgoutput sent a message of the unknown kind ${tag}`)
    }
  }

  #describe(bytes: ByteReader): void {
    const oid = bytes.uint32()
    const schema = bytes.text()
    const table = bytes.text()
    bytes.skip(1)
    const columns = Array.from({ length: bytes.uint16() }, () => {
      bytes.skip(1)
      const name = bytes.text()
      bytes.skip(8)
      return name
    })
    const name = schema === 'public' ? table : `${schema}.${table}`
    this.#relations.set(oid, { name, columns })
  }

  #relation(bytes: ByteReader): Relation {
    const oid = bytes.uint32()
    const relation = this.#relations.get(oid)
    if (!relation) throw new Error(`pgoutput did not describe relation ${oid}`)
    return relation
  }

  /** Reads up to the new row, if one follows. */
  #before(bytes: ByteReader, relation: Relation): { before?: Before } {
    const mark = bytes.character()
    if (mark === 'N') return {}
    const before: Before = { part: mark === 'K' ? 'key' : 'row', values: row(bytes, relation) }
    if (bytes.left > 0) bytes.skip(1)
    return { before }
  }
}

function lsn(bytes: ByteReader): Lsn {
  return toLsn(bytes.uint64())
}

function emitted(bytes: ByteReader): Message {
  const transactional = bytes.uint8() === 1
  bytes.skip(8)
  const prefix = bytes.text()
  const content = bytes.string(bytes.uint32())
  return { kind: transactional ? 'message' : 'emitted', prefix, content }
}

function row(bytes: ByteReader, { columns }: Relation): Row {
  const count = bytes.uint16()
  return Object.fromEntries(
    columns.slice(0, count).map((column): [string, Row[string]] => {
      const form = bytes.character()
      if (form === 'n') return [column, null]
      if (form === 'u') return [column, UNCHANGED]
      return [column, bytes.string(bytes.uint32())]
    }),
  )
}
