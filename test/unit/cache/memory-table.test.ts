import { MemoryTable } from '../../../src/cache/tide-table/memory-table.ts'
import { describeTideTable } from '../../support/cache/tide-table-conformance.ts'

describeTideTable(async () => await Promise.resolve(new MemoryTable()))
