import { distinct } from './judge.ts'
import { isWorse } from './kind.ts'
import type { TableName } from './names.ts'
import type { Verdict } from './text-footprint.ts'

/** Several statements are as bad as the worst of them. */
export function joinVerdicts(all: readonly Verdict[]): Verdict {
  const worst = all.reduce((a, b) => (isWorse(b.kind, a.kind) ? b : a))
  return {
    ...worst,
    reason: `of ${all.length} statements one decides: ${worst.reason}`,
    statements: all.length,
    tables: {
      read: joinTables(all.map(({ tables }) => tables.read)),
      written: joinTables(all.map(({ tables }) => tables.written)),
    },
    functions: [...new Set(all.flatMap(({ functions }) => functions))],
    locks: [...new Set(all.flatMap(({ locks }) => locks))],
    local: all.some(({ local }) => local),
    uncacheable: 'it is several statements',
    keys: [],
  }
}

type Tables = readonly TableName[] | 'unknown'

function joinTables(lists: readonly Tables[]): Tables {
  const known = lists.filter((list) => list !== 'unknown')
  return known.length < lists.length ? 'unknown' : distinct(known.flat())
}
