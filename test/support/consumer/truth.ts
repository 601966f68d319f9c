/**
 * What a tide table must hold, found by another way than the consumer's: from the changes as another
 * slot tells them, each value as it is.
 */
import { rowTag, tableTag } from '../../../src/cache/tags.ts'
import type { TideTable } from '../../../src/cache/tide-table/tide-table.ts'
import type { LogicalSlot } from '../logical-slot.ts'
import { type Change, type Row, UNCHANGED } from '../pgoutput.ts'
import { TOLD } from './region-consumer.ts'

/** Tables of the schema `public` whose key is `id`. */
function tagsOf(change: Change): string[] {
  if (change.kind === 'message' || change.kind === 'truncate') return []
  // What Tidegate keeps for itself.
  if (change.table.startsWith('tidegate.')) return []
  const table = { schema: 'public', name: change.table }
  const rows: Row[] = []
  if (change.kind !== 'delete') rows.push(change.new)
  if (change.kind !== 'insert' && change.before) rows.push(change.before.values)
  const values = rows.map((row) => row['id']).filter((value) => value !== undefined)
  return [
    tableTag(table),
    ...values.flatMap((value) =>
      value === null || value === UNCHANGED ? [] : (rowTag(table, 'id', value) ?? []),
    ),
  ]
}

export interface Uncovered {
  readonly tag: string
  readonly lsn: bigint
}

export interface Coverage {
  readonly checked: number
  /** Tags of commits that the horizon claims and the floor does not excuse. */
  readonly missing: readonly Uncovered[]
}

/** Whether everything that the table claims to have raised has been raised in it. */
export async function coverage(table: TideTable, slot: LogicalSlot): Promise<Coverage> {
  // The table first: what it claims then is in the slot by now.
  const { horizon, floor } = await table.read()
  const transactions = await slot.transactions({ publication: TOLD })
  const claimed = transactions.filter(
    ({ endLsn }) => endLsn <= (horizon?.lsn ?? 0n) && endLsn > (floor?.lsn ?? 0n),
  )
  const wanted = new Map<string, bigint>()
  for (const { endLsn, changes } of claimed)
    for (const tag of changes.flatMap(tagsOf)) wanted.set(tag, endLsn)
  const names = [...wanted.keys()]
  const { tags } = await table.read({ tags: names })
  const missing = [...wanted].flatMap(([tag, lsn]): Uncovered[] =>
    (tags.get(tag)?.lsn ?? 0n) < lsn ? [{ tag, lsn }] : [],
  )
  return { checked: claimed.length, missing }
}
