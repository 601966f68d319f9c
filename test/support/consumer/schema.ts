import { setupSql } from '../../../cdc-consumer/setup/setup-sql.ts'
import { TOLD } from './region-consumer.ts'

/** A world's schema with all that Tidegate sets up in each of its databases. */
export function withSetup(schema: string): string {
  return [schema, ...setupSql({ publication: TOLD })].join(';\n')
}
