/** What has to be done to each node, in an order in which nothing breaks on the way. */
import { ClusterNode } from '../../cdc-consumer/nodes/cluster-node.ts'
import { setupSql, undoSql } from '../../cdc-consumer/setup/setup-sql.ts'
import { createSlot, dropSlot } from '../../cdc-consumer/slots/slots.ts'
import { TidegateError } from '../../src/errors.ts'
import type { Config, ConfiguredNode, ConfiguredRegion } from '../config/config.ts'
import { dropRoleSteps, roleSteps } from './roles.ts'
import type { NodeState } from './state.ts'
import { type Plan, type Step, sqlStep } from './step.ts'

export interface RoleOptions {
  readonly wanted: boolean
  /** Of the consumer's role. `undefined`: it is left without, and cannot log in. */
  readonly password: string | undefined
}

const DECODES_ON_STANDBY = 160_000
const FAILOVER_SLOTS = 170_000

export function setupPlan(config: Config, states: readonly NodeState[], roles: RoleOptions): Plan {
  const steps: Step[] = []
  const notes: string[] = []
  const primary = primaryOf(states)
  const subscribers = states.filter(({ standing }) => standing.role === 'subscriber')
  // Subscribers first: a heartbeat for a table that they do not have would stop them.
  for (const state of [...subscribers, primary]) {
    const { name } = state.database.node
    const isWhole =
      state.hasTide && state.hasPublication && (state.hasTriggers || !config.ddlMessages)
    // Made anew, the triggers would tell of DDL, and all cached answers would be void.
    if (isWhole)
      notes.push(`${name} has schema, publication${config.ddlMessages ? ', triggers' : ''}`)
    else steps.push(...objectSteps(state, config))
  }
  for (const { database, subscriptions } of subscribers) {
    for (const { name, hasTide, publications } of subscriptions) {
      if (hasTide || !publications.includes(config.publication)) continue
      steps.push(
        sqlStep(
          database,
          'the heartbeat comes with the subscription',
          `alter subscription "${name}" refresh publication`,
        ),
      )
    }
  }
  for (const region of config.regions) {
    if (region.redis === undefined) continue
    const found = states.find(({ slots }) => slots.some(({ name }) => name === region.slot))
    if (found) notes.push(`${found.database.node.name} has the slot ${region.slot}`)
    else steps.push(slotStep(region, sourceFor(region, states, primary, notes), primary))
  }
  if (roles.wanted) {
    for (const state of [...subscribers, primary]) steps.push(...roleSteps(state, roles.password))
  }
  return { steps, notes }
}

function objectSteps({ database, standing }: NodeState, config: Config): readonly Step[] {
  const on = standing.role === 'subscriber' ? 'subscriber' : 'primary'
  const { publication, tables, ddlMessages } = config
  return setupSql({ publication, tables, ddlMessages, on }).map((sql) =>
    sqlStep(database, 'schema, publication, triggers', sql),
  )
}

/** The region's own replica if its WAL can be decoded: what comes from there has arrived there. */
function sourceFor(
  region: ConfiguredRegion,
  states: readonly NodeState[],
  primary: NodeState,
  notes: string[],
): NodeState {
  const node = region.nodes.find(({ role }) => role !== 'primary')
  const own = states.find(({ database }) => database.node === node)
  if (!own) return primary
  const obstacle =
    own.walLevel !== 'logical'
      ? `wal_level of ${own.database.node.name} is ${own.walLevel}`
      : own.standing.role === 'standby' && own.standing.version < DECODES_ON_STANDBY
        ? `${own.database.node.name} is older than PostgreSQL 16`
        : undefined
  if (obstacle === undefined) return own
  notes.push(`the consumer of ${region.name} reads home: ${obstacle}`)
  return primary
}

function slotStep({ name, slot }: ConfiguredRegion, source: NodeState, primary: NodeState): Step {
  const { version, role } = source.standing
  const failover = version >= FAILOVER_SLOTS && role !== 'standby' ? ', false, false, true' : ''
  return {
    node: source.database.node.name,
    what: `the slot of the consumer of ${name}`,
    sql: `select pg_create_logical_replication_slot('${slot}', 'pgoutput'${failover})`,
    run: async () => {
      await using there = clusterNode(source.database.node)
      await using home = clusterNode(primary.database.node)
      await createSlot({ node: there, slot, primary: home })
    },
  }
}

export function undoPlan(config: Config, states: readonly NodeState[], roles: RoleOptions): Plan {
  const steps: Step[] = []
  const notes: string[] = []
  const primary = primaryOf(states)
  const mine = new Set(config.regions.map(({ slot }) => slot))
  for (const { database, slots } of states) {
    for (const { name, active } of slots) {
      if (!mine.has(name)) continue
      if (active) {
        throw new TidegateError(
          'REPLICATION_FAILED',
          `The slot ${name} on ${database.node.name} is being read: stop its consumer first.`,
        )
      }
      steps.push({
        node: database.node.name,
        what: 'the slot',
        sql: `select pg_drop_replication_slot('${name}')`,
        run: async () => {
          await using node = clusterNode(database.node)
          await dropSlot(node, name)
        },
      })
    }
  }
  const subscribers = states.filter(({ standing }) => standing.role === 'subscriber')
  if (roles.wanted) {
    for (const state of [primary, ...subscribers]) steps.push(...dropRoleSteps(state))
  }
  const readers = subscribers.filter(({ subscriptions }) =>
    subscriptions.some(({ publications }) => publications.includes(config.publication)),
  )
  for (const state of [primary, ...subscribers]) {
    if (!state.hasTide && !state.hasPublication) continue
    const keeps = state === primary && readers.length > 0
    if (keeps) {
      const who = readers.map(({ database }) => database.node.name).join(', ')
      notes.push(`the publication ${config.publication} stays: ${who} is fed by it`)
    }
    const statements = undoSql({ publication: config.publication })
    for (const sql of statements) {
      if (keeps && sql.startsWith('drop publication')) continue
      steps.push(sqlStep(state.database, 'what setup has made', sql))
    }
  }
  return { steps, notes }
}

function clusterNode({ name, role, url }: ConfiguredNode): ClusterNode {
  return new ClusterNode({ name, role, url: url.read() })
}

function primaryOf(states: readonly NodeState[]): NodeState {
  const primaries = states.filter(({ standing }) => standing.role === 'primary')
  const [primary] = primaries.toSorted(
    (a, b) => (b.standing.timeline ?? 0) - (a.standing.timeline ?? 0),
  )
  if (primary) return primary
  throw new TidegateError('CONFIG_INVALID', 'primary: expected a node that takes writes.')
}
