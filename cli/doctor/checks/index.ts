/** All checks. */
import type { NodeCheck, RedisCheck, WholeCheck } from '../check.ts'
import { connectionsLeft, sendersLeft, slotsLeft } from './capacity.ts'
import { catalogGaps } from './catalog.ts'
import { clockSkew, latency, role, systemIdentity, version } from './cluster.ts'
import { gateways, regionsWithoutRedis, tokenKeys } from './configuration.ts'
import { ddlTrigger, heartbeatPublished, heartbeatTable, ownSchema } from './objects.ts'
import { encryption, heartbeatPrivileges, privileges } from './privileges.ts'
import {
  filteredTables,
  keyColumns,
  publication,
  replicaIdentity,
  unpublishedTables,
} from './publication.ts'
import {
  evictionPolicy,
  redisLatency,
  redisMemory,
  redisPersistence,
  redisRole,
  redisScripts,
  redisVersion,
} from './redis.ts'
import { settingChecks } from './settings.ts'
import { abandonedSlots, consumerSlots } from './slots.ts'
import { lag, replayPaused, walReceiver } from './standby.ts'
import { schemaDrift, sequences, subscription } from './subscriber.ts'
import { synchronizedSlots, synchronousStandbys } from './synchronous.ts'
import { catalogPublished, epochBehind, horizonAge } from './tide-table.ts'
import { openTransactions, preparedTransactions } from './transactions.ts'

export const nodeChecks: readonly NodeCheck[] = [
  role,
  version,
  systemIdentity,
  ...settingChecks,
  synchronousStandbys,
  synchronizedSlots,
  slotsLeft,
  sendersLeft,
  connectionsLeft,
  consumerSlots,
  abandonedSlots,
  publication,
  unpublishedTables,
  filteredTables,
  replicaIdentity,
  keyColumns,
  heartbeatTable,
  heartbeatPublished,
  ownSchema,
  ddlTrigger,
  privileges,
  heartbeatPrivileges,
  encryption,
  replayPaused,
  walReceiver,
  lag,
  subscription,
  schemaDrift,
  sequences,
  openTransactions,
  preparedTransactions,
  ...catalogGaps,
  clockSkew,
  latency,
]

export const redisChecks: readonly RedisCheck[] = [
  redisVersion,
  redisRole,
  evictionPolicy,
  redisMemory,
  redisPersistence,
  redisScripts,
  redisLatency,
  horizonAge,
  epochBehind,
  catalogPublished,
]

export const wholeChecks: readonly WholeCheck[] = [tokenKeys, regionsWithoutRedis, gateways]
