/** The words that begin a transaction, for drivers that send them themselves. */
import type { IsolationLevel, TransactionOptions } from './driver.ts'

const levels: Readonly<Record<IsolationLevel, string>> = {
  ReadUncommitted: 'read uncommitted',
  ReadCommitted: 'read committed',
  RepeatableRead: 'repeatable read',
  Serializable: 'serializable',
}

export function beginStatement({
  isolationLevel,
  readOnly,
  deferrable,
}: TransactionOptions = {}): string {
  const level = isolationLevel === undefined ? '' : ` isolation level ${levels[isolationLevel]}`
  return `begin${level}${readOnly ? ' read only' : ''}${deferrable ? ' deferrable' : ''}`
}
