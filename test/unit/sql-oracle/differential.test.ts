import { readFile } from 'node:fs/promises'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { statements as benchmarked } from '../../../bench/statements.ts'
import { footprint } from '../../../src/sql/index.ts'
import { statements as listed } from '../../world/standby-statements.ts'
import { statement } from '../sql/grammar.ts'
import { askParser, type Opinion } from './oracle.ts'

/** How our footprints compare with the parser's opinions, over many statements. */
class Comparison {
  parsed = 0
  reads = 0
  /** Called a read although the parser sees more: must stay empty. */
  readonly wronglyRead: string[] = []
  readonly needlesslyWritten: string[] = []
  /** Fewer tables than the parser names: must stay empty. */
  readonly tooFew: string[] = []
  readonly tooMany: string[] = []

  take(sql: string): void {
    const opinion = askParser(sql)
    if (!opinion) return
    this.parsed += 1
    const { kind, tables } = footprint(sql)
    if (opinion.notRead !== undefined) {
      if (kind === 'read') this.wronglyRead.push(`${opinion.notRead}: ${sql}`)
      return
    }
    this.reads += 1
    if (kind !== 'read') this.needlesslyWritten.push(sql)
    else if (tables.read !== 'unknown' && tables.written !== 'unknown') {
      this.#compareTables(sql, opinion, [...tables.read, ...tables.written])
    }
  }

  #compareTables(
    sql: string,
    opinion: Opinion,
    named: readonly { schema?: string | undefined; name: string }[],
  ): void {
    const ours = new Set(named.map(({ schema, name }) => (schema ? `${schema}.${name}` : name)))
    if ([...opinion.tables].some((table) => !ours.has(table))) this.tooFew.push(sql)
    else if (ours.size > opinion.tables.size) this.tooMany.push(sql)
  }
}

test('our own cases: nothing that the parser sees writing is a read', () => {
  const comparison = new Comparison()
  for (const sql of [...listed, ...benchmarked]) comparison.take(sql)
  expect(comparison.wronglyRead).toEqual([])
  expect(comparison.tooFew).toEqual([])
  expect(comparison.tooMany).toEqual([])
  expect(comparison.reads).toBeGreaterThan(100)
  expect(comparison.parsed - comparison.reads).toBeGreaterThan(200)
})

test(
  'generated statements: nothing that the parser sees writing is a read',
  { timeout: 60_000 },
  () => {
    const comparison = new Comparison()
    fc.assert(
      fc.property(statement, (sql) => {
        const alone = new Comparison()
        alone.take(sql)
        comparison.take(sql)
        expect(alone.wronglyRead).toEqual([])
        expect(alone.tooFew).toEqual([])
      }),
      { numRuns: 1500 },
    )
    // A generator whose statements the parser refuses, or that are all of a kind, would prove nothing.
    expect(comparison.parsed).toBeGreaterThan(1000)
    expect(comparison.reads).toBeGreaterThan(200)
    expect(comparison.parsed - comparison.reads).toBeGreaterThan(200)
    expect(comparison.needlesslyWritten.length).toBeLessThan(comparison.reads * 0.02)
    expect(comparison.tooMany.length).toBeLessThan(comparison.reads * 0.01)
  },
)

// The statements of PostgreSQL's own regression tests, from a public repository: launchql/pgsql-parser,
// `__fixtures__/generated/generated.json`. Too large, and not ours, to be kept here.
const corpusFile = process.env['TIDEGATE_SQL_CORPUS']

describe.skipIf(corpusFile === undefined)('a corpus of statements', async () => {
  const corpus: unknown = corpusFile ? JSON.parse(await readFile(corpusFile, 'utf8')) : {}
  const comparison = new Comparison()
  for (const sql of Object.values(corpus ?? {})) comparison.take(String(sql))

  test('holds nothing that the parser sees writing and that is a read', () => {
    expect(comparison.parsed).toBeGreaterThan(20_000)
    expect(comparison.wronglyRead).toEqual([])
  })

  test('has at most 2% of its plain reads called writes', () => {
    expect(comparison.needlesslyWritten.length).toBeLessThan(comparison.reads * 0.02)
  })

  test('has no read with fewer tables than the parser names, and at most 1% with more', () => {
    expect(comparison.tooFew).toEqual([])
    expect(comparison.tooMany.length).toBeLessThan(comparison.reads * 0.01)
  })
})
