/** The region's table and the one in this process, raised as one: the near one once the other has been. */
import type { NearTable } from '../../src/cache/tide-table/near-table.ts'
import type { TideTable } from '../../src/cache/tide-table/tide-table.ts'

export function withNear(table: TideTable, near: NearTable): TideTable {
  return {
    raise: async (raise) => await near.raise(table, raise),
    read: async (wanted) => await table.read(wanted),
    readCatalog: async () => await table.readCatalog(),
    compact: async (floor, maxTags) => await table.compact(floor, maxTags),
  }
}
