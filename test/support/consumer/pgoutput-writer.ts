/** Writes what pgoutput writes, for tests of what reads it. */
export type Cell = string | null | undefined

export interface WrittenRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly identity: 'd' | 'i' | 'f' | 'n'
  readonly columns: readonly { readonly name: string; readonly isIdentity: boolean }[]
}

function int8(value: number): Buffer {
  return Buffer.from([value])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt.asIntN(64, value))
  return bytes
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

function kind(letter: string): Buffer {
  return Buffer.from(letter)
}

/** `undefined` is a value that was not changed and is not sent. */
function tuple(cells: readonly Cell[]): Buffer {
  const written = cells.map((cell) => {
    if (cell === null) return kind('n')
    if (cell === undefined) return kind('u')
    const bytes = Buffer.from(cell)
    return Buffer.concat([kind('t'), int32(bytes.length), bytes])
  })
  return Buffer.concat([int16(cells.length), ...written])
}

export function begin(xid: number): Buffer {
  return Buffer.concat([kind('B'), int64(0n), int64(0n), int32(xid)])
}

export function commit(endLsn: bigint, micros = 0n): Buffer {
  return Buffer.concat([kind('C'), int8(0), int64(endLsn - 1n), int64(endLsn), int64(micros)])
}

export function origin(lsn: bigint, name: string): Buffer {
  return Buffer.concat([kind('O'), int64(lsn), text(name)])
}

export function relation({ oid, schema, name, identity, columns }: WrittenRelation): Buffer {
  const written = columns.map((column) =>
    Buffer.concat([int8(column.isIdentity ? 1 : 0), text(column.name), int32(25), int32(-1)]),
  )
  return Buffer.concat([
    kind('R'),
    int32(oid),
    text(schema),
    text(name),
    kind(identity),
    int16(columns.length),
    ...written,
  ])
}

export function insert(oid: number, row: readonly Cell[]): Buffer {
  return Buffer.concat([kind('I'), int32(oid), kind('N'), tuple(row)])
}

export interface Old {
  readonly part: 'K' | 'O'
  readonly row: readonly Cell[]
}

export function update(oid: number, row: readonly Cell[], old?: Old): Buffer {
  const before = old ? [kind(old.part), tuple(old.row)] : []
  return Buffer.concat([kind('U'), int32(oid), ...before, kind('N'), tuple(row)])
}

export function remove(oid: number, { part, row }: Old): Buffer {
  return Buffer.concat([kind('D'), int32(oid), kind(part), tuple(row)])
}

export function truncate(oids: readonly number[]): Buffer {
  return Buffer.concat([kind('T'), int32(oids.length), int8(0), ...oids.map(int32)])
}

export function message(prefix: string, content: string, transactional = true): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([
    kind('M'),
    int8(transactional ? 1 : 0),
    int64(0n),
    text(prefix),
    int32(bytes.length),
    bytes,
  ])
}
