/** The rarer of pgoutput's messages, read whole. */
import type { ReplicaIdentity, WireColumn, WireRelation } from './relation.ts'

const identities: Readonly<Record<string, ReplicaIdentity>> = {
  d: 'default',
  i: 'index',
  f: 'full',
  n: 'nothing',
}

export function relationOf(message: Buffer): WireRelation {
  const bytes = new Cursor(message, 1)
  const oid = bytes.uint32()
  const schema = bytes.text()
  const name = bytes.text()
  const identity = identities[String.fromCharCode(bytes.uint8())] ?? 'nothing'
  const count = bytes.uint16()
  const columns = Array.from({ length: count }, (): WireColumn => {
    const isIdentity = (bytes.uint8() & 1) === 1
    const column = bytes.text()
    bytes.skip(8)
    return { name: column, isIdentity }
  })
  // Relations of pg_catalog are sent without their schema.
  return { oid, schema: schema === '' ? 'pg_catalog' : schema, name, identity, columns }
}

export interface LogicalMessage {
  readonly transactional: boolean
  readonly prefix: string
  readonly content: string
}

export function logicalMessageOf(message: Buffer): LogicalMessage {
  const bytes = new Cursor(message, 1)
  const transactional = bytes.uint8() === 1
  bytes.skip(8)
  const prefix = bytes.text()
  const length = bytes.uint32()
  // Others may emit megabytes: of those only our own, which are short, are looked at.
  const content = message.toString('utf8', bytes.at, bytes.at + Math.min(length, 1024))
  return { transactional, prefix, content }
}

class Cursor {
  readonly #message: Buffer
  at: number

  constructor(message: Buffer, at: number) {
    this.#message = message
    this.at = at
  }

  skip(length: number): number {
    const start = this.at
    this.at += length
    return start
  }

  uint8(): number {
    return this.#message.readUInt8(this.skip(1))
  }

  uint16(): number {
    return this.#message.readUInt16BE(this.skip(2))
  }

  uint32(): number {
    return this.#message.readUInt32BE(this.skip(4))
  }

  /** Up to a zero byte. */
  text(): string {
    const end = this.#message.indexOf(0, this.at)
    if (end === -1) throw new RangeError('A name in a message does not end.')
    const text = this.#message.toString('utf8', this.at, end)
    this.at = end + 1
    return text
  }
}
