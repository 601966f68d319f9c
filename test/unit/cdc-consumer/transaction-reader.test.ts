import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Schema } from '../../../cdc-consumer/tags/relation.ts'
import { type Commit, TransactionReader } from '../../../cdc-consumer/tags/transaction-reader.ts'
import * as write from '../../support/consumer/pgoutput-writer.ts'

const OID = 16_384
const KEYS = ['id', 'owner']

interface Read extends Omit<Commit, 'takeTags'> {
  readonly tags: readonly string[]
}

function read(
  messages: readonly Buffer[],
  { maxRowTags, schema }: { maxRowTags?: number; schema?: Schema } = {},
): Read[] {
  const commits: Read[] = []
  const reader = new TransactionReader({
    schema: schema ?? {
      describe: ({ schema: name, name: table }) => [
        { table: { schema: name, name: table }, keys: KEYS },
      ],
    },
    maxRowTags,
    onCommit: ({ takeTags, ...commit }) => {
      const tags = new Set<string>()
      takeTags((tag) => tags.add(tag))
      commits.push({ ...commit, tags: [...tags].toSorted() })
    },
  })
  for (const message of messages) reader.read(message)
  return commits
}

/** Both keys are in the identity, as under REPLICA IDENTITY FULL. */
const full: write.WrittenRelation = {
  oid: OID,
  schema: 'public',
  name: 'note',
  identity: 'f',
  columns: ['id', 'owner', 'body'].map((name) => ({ name, isIdentity: true })),
}

const byKey: write.WrittenRelation = {
  ...full,
  identity: 'd',
  columns: full.columns.map(({ name }) => ({ name, isIdentity: name === 'id' })),
}

function transaction(...changes: readonly Buffer[]): Buffer[] {
  return [write.begin(7), ...changes, write.commit(1000n)]
}

const cell = fc.oneof(fc.string({ maxLength: 8, unit: 'grapheme' }), fc.constant(null))
const row = fc.tuple(cell, cell, fc.string())
type Row = readonly [string | null, string | null, string]

const change = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), row }),
  fc.record({ kind: fc.constant('update' as const), row, old: row }),
  fc.record({ kind: fc.constant('delete' as const), row }),
)

function tagsOf([id, owner]: Row): string[] {
  const tags: string[] = []
  if (id !== null) tags.push(`public.note#id=${id}`)
  if (owner !== null) tags.push(`public.note#owner=${owner}`)
  return tags
}

test('under a full identity a transaction raises the table and each old and new key', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
      const messages = changes.map((each) => {
        if (each.kind === 'insert') return write.insert(OID, each.row)
        if (each.kind === 'delete') return write.remove(OID, { part: 'O', row: each.row })
        return write.update(OID, each.row, { part: 'O', row: each.old })
      })
      const expected = new Set(['public.note'])
      for (const each of changes) {
        for (const tag of tagsOf(each.row)) expected.add(tag)
        if (each.kind === 'update') for (const tag of tagsOf(each.old)) expected.add(tag)
      }
      const [commit] = read(transaction(write.relation(full), ...messages))
      expect(commit?.tags).toEqual([...expected].toSorted())
      expect(commit?.rows).toBe(changes.length)
    }),
  )
})

test('whatever is not told of a key’s old value stands for every row', () => {
  fc.assert(
    fc.property(row, row, ([id, owner, body], [, other]) => {
      const key = id ?? 'k'
      const [updated] = read(
        transaction(write.relation(byKey), write.update(OID, [key, owner, body])),
      )
      expect(updated?.tags).toEqual(['public.note', 'public.note#*'])
      const [removed] = read(
        transaction(
          write.relation(byKey),
          write.remove(OID, { part: 'K', row: [key, null, null] }),
          write.insert(OID, [key, other, body]),
        ),
      )
      expect(removed?.tags).toEqual(['public.note', 'public.note#*'])
    }),
  )
})

test('an unchanged value that is not sent is no key of nobody', () => {
  const [commit] = read(transaction(write.relation(full), write.update(OID, ['1', undefined, 'b'])))
  expect(commit?.tags).toEqual(['public.note', 'public.note#*'])
  const [known] = read(
    transaction(
      write.relation(full),
      write.update(OID, ['1', undefined, 'b'], { part: 'O', row: ['1', 'ann', 'a'] }),
    ),
  )
  expect(known?.tags).toEqual(['public.note', 'public.note#id=1', 'public.note#owner=ann'])
})

test('past the limit the rows of a table collapse, those of others do not', () => {
  const other = { ...full, oid: OID + 1, name: 'other' }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (max, rows) => {
      const [commit] = read(
        transaction(
          write.relation(full),
          write.relation(other),
          write.insert(OID + 1, ['x', null, '']),
          ...Array.from({ length: rows }, (_, id) => write.insert(OID, [String(id), null, ''])),
        ),
        { maxRowTags: max },
      )
      const isCollapsed = rows > max
      expect(commit?.tags.includes('public.note#*')).toBe(isCollapsed)
      expect(commit?.tags.includes('public.note#id=0')).toBe(!isCollapsed)
      expect(commit?.tags).toContain('public.other#id=x')
    }),
  )
})

test('nothing of a transaction reaches the next, nor of one that was cut off', () => {
  const [second] = read([
    write.begin(1),
    write.relation(full),
    write.insert(OID, ['lost', null, '']),
    ...transaction(write.insert(OID, ['kept', null, ''])),
  ])
  expect(second?.tags).toEqual(['public.note', 'public.note#id=kept'])
})

test('a TRUNCATE stands for every row of each of its tables', () => {
  const other = { ...full, oid: OID + 1, name: 'other' }
  const [commit] = read(
    transaction(
      write.relation(full),
      write.relation(other),
      write.insert(OID, ['1', null, '']),
      write.truncate([OID, OID + 1]),
    ),
  )
  expect(commit?.tags).toEqual(['public.note', 'public.note#*', 'public.other', 'public.other#*'])
})

test('a relation that the schema does not have changes it, and stands for every row', () => {
  const [commit] = read(transaction(write.relation(full), write.insert(OID, ['1', null, ''])), {
    schema: { describe: () => undefined },
  })
  expect(commit).toMatchObject({ changesSchema: true, tags: ['public.note', 'public.note#*'] })
})

test('what was described by an older schema is told as the newer one has it', () => {
  let isPartition = false
  const tags: string[][] = []
  const reader = new TransactionReader({
    schema: {
      describe: () => [
        { table: { schema: 'public', name: isPartition ? 'root' : 'leaf' }, keys: ['id'] },
      ],
    },
    onCommit: ({ takeTags }) => {
      const taken: string[] = []
      takeTags((tag) => taken.push(tag))
      tags.push(taken)
    },
  })
  for (const each of transaction(write.relation(full), write.insert(OID, ['1', null, '']))) {
    reader.read(each)
  }
  isPartition = true
  reader.describeAgain()
  for (const each of transaction(write.insert(OID, ['2', null, '']))) reader.read(each)
  expect(tags).toEqual([
    ['public.leaf', 'public.leaf#id=1'],
    ['public.root', 'public.root#id=2'],
  ])
})

test('a relation may be told under several names, each with keys of its own', () => {
  const schema: Schema = {
    describe: () => [
      { table: { schema: 'public', name: 'younger' }, keys: ['id'] },
      { table: { schema: 'public', name: 'elder' }, keys: ['owner', 'missing'] },
    ],
  }
  const [commit] = read(transaction(write.relation(full), write.insert(OID, ['1', 'ann', ''])), {
    schema,
  })
  expect(commit?.tags).toEqual([
    'public.elder',
    'public.elder#*',
    'public.younger',
    'public.younger#id=1',
  ])
})

test('a commit tells its position, id, time and origin', () => {
  const [commit] = read([
    write.begin(-5),
    write.origin(77n, 'pg_16400'),
    write.relation(full),
    write.commit(1234n, 5_000_000n),
  ])
  expect(commit).toMatchObject({
    endLsn: 1234n,
    xid: 0xffff_fffb,
    at: Date.UTC(2000, 0, 1, 0, 0, 5),
    origin: { name: 'pg_16400', lsn: 77n },
  })
})

test('messages are heartbeats or DDL by their prefix, and nothing if they are not of a transaction', () => {
  const [beat, ddl, aside] = read([
    ...transaction(write.message('tidegate', '1795244049955')),
    ...transaction(write.message('tidegate.ddl', 'ALTER TABLE')),
    ...transaction(
      write.message('tidegate.ddl', 'ALTER TABLE', false),
      write.message('tidegate', 'not a clock'),
    ),
  ])
  expect(beat).toMatchObject({ beat: 1_795_244_049_955, changesSchema: false, isOwn: true })
  expect(ddl).toMatchObject({ beat: undefined, changesSchema: true })
  expect(aside).toMatchObject({ beat: undefined, changesSchema: false })
})

test('what Tidegate keeps for itself is not told', () => {
  const own = { ...full, schema: 'tidegate', name: 'tide' }
  const [commit] = read(transaction(write.relation(own), write.update(OID, ['1', null, ''])))
  expect(commit).toMatchObject({ isOwn: true, tags: [] })
})

test('stray messages of streams are passed over, unknown ones are refused', () => {
  for (const stray of ['S', 'E', 'c', 'A', 'Y']) expect(read([Buffer.from(stray)])).toEqual([])
  expect(() => read([Buffer.from('?')])).toThrow(RangeError)
  expect(() => read([write.insert(OID, ['1', null, ''])])).toThrow(RangeError)
})

test('a message that is cut off is refused, wherever', () => {
  const whole = write.insert(OID, ['1', 'ann', 'text'])
  const head = [write.begin(1), write.relation(full)]
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), (length) => {
      expect(() => read([...head, whole.subarray(0, length)])).toThrow(RangeError)
    }),
  )
})
