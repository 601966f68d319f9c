/** What keeps the consumer from reading the WAL, for programs and for people. */
import { TidegateError } from '../../src/errors.ts'

export type ReplicationProblem =
  /** The slot is not there. It is made by command, never silently. */
  | 'slot-missing'
  /** Another process reads from the slot: another consumer, or the rest of a lost connection. */
  | 'slot-held'
  /** The server has given the slot up; it must be dropped and made anew. */
  | 'slot-lost'
  /** The slot is being made: it waits for open transactions, and nobody knows yet where it begins. */
  | 'slot-unfinished'
  /** The slot is another one than a moment before: what lies between the two was never read. */
  | 'slot-changed'
  /** The slot is not one of pgoutput in this database. */
  | 'slot-unfit'
  | 'publication-missing'
  /** The publication names roots for their partitions, so that a TRUNCATE of a leaf is silent. */
  | 'publication-unfit'
  /** The server follows an older history than one that is known: a primary that was replaced. */
  | 'timeline-stale'
  /** A promotion has begun a new history: reading starts over with it. */
  | 'timeline-new'
  /** A subscriber must have one subscription, or one that is named. */
  | 'subscription-unfit'
  /** Another cluster answers at this address. */
  | 'system-changed'
  /** The server is not in the role in which it is to be read. */
  | 'role-changed'
  /** Nothing came for too long, not even an answer to a question. */
  | 'silent'
  /** The server sent what is not pgoutput. */
  | 'unreadable'
  /** The connection could not be made, or was lost. */
  | 'disconnected'
  /** The server does not let this user read its WAL. */
  | 'forbidden'

const explanations: Readonly<Record<ReplicationProblem, string>> = {
  'slot-missing': 'There is no such replication slot; it is created by command.',
  'slot-held': 'Another process reads from the replication slot.',
  'slot-lost': 'The server has invalidated the replication slot; drop it and create it anew.',
  'slot-unfinished': 'The replication slot is being made; it waits for open transactions.',
  'slot-changed': 'The replication slot was replaced meanwhile; reading starts over.',
  'slot-unfit': 'The replication slot is not a logical one of pgoutput in this database.',
  'publication-missing': 'There is no such publication.',
  'publication-unfit': 'The publication must not have publish_via_partition_root.',
  'timeline-stale': 'The server follows a history that a promotion has ended.',
  'timeline-new': 'A promotion has begun a new history; reading starts over with it.',
  'subscription-unfit': 'The subscriber must have exactly one subscription in this database.',
  'system-changed': 'Another database cluster answers than before.',
  'role-changed': 'The server is not in the role in which it is to be read.',
  silent: 'Nothing came from the server for too long.',
  unreadable: 'The server sent what is not pgoutput of version 1.',
  disconnected: 'The connection to the server could not be made, or was lost.',
  forbidden: 'The server does not let this user read its WAL.',
}

export class ReplicationError extends TidegateError {
  override readonly name = 'ReplicationError'
  readonly problem: ReplicationProblem
  /** Of Postgres, where it was Postgres that said no. */
  readonly sqlState: string | undefined

  constructor(problem: ReplicationProblem, cause?: unknown) {
    super('REPLICATION_FAILED', explanations[problem], { retryable: true, cause })
    this.problem = problem
    this.sqlState = sqlStateOf(cause)
  }
}

export function isReplicationError(error: unknown): error is ReplicationError {
  return error instanceof ReplicationError
}

/** Sorts what the driver and the server raise, by code. */
export function toReplicationError(error: unknown): ReplicationError {
  if (error instanceof ReplicationError) return error
  switch (sqlStateOf(error) ?? '') {
    case '42704': // undefined_object: publications and slots alike, the latter are checked before
      return new ReplicationError('slot-missing', error)
    case '55006': // object_in_use
      return new ReplicationError('slot-held', error)
    case '55000': // object_not_in_prerequisite_state
      return new ReplicationError('slot-lost', error)
    case '42501': // insufficient_privilege
    case '28000': // invalid_authorization_specification
    case '28P01': // invalid_password
      return new ReplicationError('forbidden', error)
    default:
      return new ReplicationError('disconnected', error)
  }
}

function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}
