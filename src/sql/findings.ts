import type { FunctionName, TableName } from './names.ts'

/** What one statement's text shows, before anything is known of functions and tables. */
export class Findings {
  readonly tablesRead: TableName[] = []
  readonly tablesWritten: TableName[] = []
  readonly calls: FunctionName[] = []
  /** Row locks, as the text asks for them. */
  readonly locks: string[] = []
  /** Why tables may be touched that the lists do not name. */
  tablesUnknown = false
  /** What makes it a write, whatever it calls; for people. */
  writes: string | undefined
  /** The text has something that is not understood, or that may run code while it is planned. */
  unclear = false
  /** What in the text keeps its answer out of the cache; for people. */
  uncacheable: string | undefined

  /** It asks the node about itself. */
  local = false
  /** SELECT, VALUES and TABLE, nested ones included. */
  queries = 0
  fromItems = 0
  grouped = false
  hasWith = false
  /** The last table in FROM was given other column names. */
  columnsRenamed = false
  alias: string | undefined
  /** The tokens of the WHERE clause, for statements of one query. */
  whereFrom = -1
  whereTo = -1

  write(reason: string): void {
    this.writes ??= reason
  }

  notUnderstood(reason = 'it is not of a form that is certain to only read'): void {
    this.unclear = true
    this.write(reason)
  }

  notCacheable(reason: string): void {
    this.uncacheable ??= reason
  }
}
