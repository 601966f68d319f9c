/** The consumer as a library: exports only. */
export { Consumer, type ConsumerOptions } from './consumer.ts'
export type { ConsumerEvent } from './events.ts'
export { ClusterNode, type NodeOptions, type NodeRole } from './nodes/cluster-node.ts'
export {
  ReplicationError,
  type ReplicationProblem,
  toReplicationError,
} from './replication/replication-error.ts'
export type { FloorCause } from './sink/batch.ts'
export { setupSql, type SetupOptions, undoSql } from './setup/setup-sql.ts'
export {
  createSlot,
  type CreateSlotOptions,
  dropSlot,
  slotState,
  type SlotState,
} from './slots/slots.ts'
