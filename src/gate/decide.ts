/**
 * The gate's decision, as a pure function: what is known of the nodes in, the order in which to ask
 * them out. A wrong guess costs time; whether an answer will do is judged by its own stamp.
 */
import type { NodeRole } from '../drivers/driver.ts'
import type { Route } from '../sql/index.ts'
import { type Known, type Need, suffices } from './need.ts'

export interface Option extends Known {
  readonly name: string
  readonly region: string
  readonly role: NodeRole
  /** Expected, with what is in flight there already. */
  readonly costMs: number
  /** How likely it shows what is needed already, from 0 to 1. */
  readonly likelihood: number
  /** Guessed time until it does. */
  readonly expectedWaitMs: number
  /** It can be asked to wait: it is behind a gateway. */
  readonly waits: boolean
  /** Neither broken nor full. */
  readonly admits: boolean
  /** Too far behind to be asked for anything. */
  readonly drained: boolean
}

export interface Attempt {
  readonly name: string
  /** How long the node may hold the read back until it has what is needed. */
  readonly waitMs: number
  /** For people. */
  readonly reason: string
}

/** Waiting longer than guessed is still cheaper than going on in vain, up to here. */
const WAIT_SLACK = 2
/** Where there is no home to go on to, an attempt in vain still costs something. */
const MAX_DETOUR_MS = 1000

export function decide(
  need: Need,
  options: readonly Option[],
  route: Route,
  chance: () => number,
): Attempt[] {
  const primary = options.find(({ role }) => role === 'primary')
  const home: Attempt[] =
    primary && route !== 'replica'
      ? [{ name: primary.name, waitMs: 0, reason: homeReason(need, route) }]
      : []
  if (route === 'primary' || need.kind === 'strong') return home

  const homeCostMs = primary && route !== 'replica' ? primary.costMs : Infinity
  const replicas = spread(
    options.filter(({ role, drained }) => role !== 'primary' && !drained),
    chance,
  )
  const promising = replicas
    .filter(({ admits }) => admits)
    .map((option) => promise(need, option, homeCostMs))
    .filter(({ costMs }) => costMs < homeCostMs)
    .toSorted((a, b) => a.costMs - b.costMs)
    .map(({ attempt }) => attempt)

  // Where home does not answer either, a replica that may do is better than none.
  const taken = new Set(promising.map(({ name }) => name))
  const last = replicas
    .filter(({ name }) => !taken.has(name))
    .map(({ name }): Attempt => ({ name, waitMs: 0, reason: 'nobody better answered' }))
  return [...promising, ...home, ...last]
}

interface Promised {
  /** What it will take on average, the way on to home included if it is in vain. */
  readonly costMs: number
  readonly attempt: Attempt
}

function promise(need: Need, option: Option, homeCostMs: number): Promised {
  const { name, costMs, likelihood, expectedWaitMs, waits } = option
  if (suffices(need, option)) {
    return {
      costMs,
      attempt: { name, waitMs: 0, reason: 'nearest that is known to be new enough' },
    }
  }
  if (waits && costMs + expectedWaitMs < homeCostMs) {
    const waitMs = Math.min(expectedWaitMs * WAIT_SLACK, homeCostMs - costMs)
    return {
      costMs: costMs + expectedWaitMs,
      attempt: { name, waitMs, reason: 'nearest that should be new enough in time' },
    }
  }
  return {
    costMs: costMs + (1 - likelihood) * Math.min(homeCostMs, MAX_DETOUR_MS),
    attempt: { name, waitMs: 0, reason: 'nearest that may be new enough' },
  }
}

function homeReason(need: Need, route: Route): string {
  if (route === 'primary') return 'it has to go to the primary'
  return need.kind === 'strong' ? 'the newest data is there' : 'nobody nearer is surely new enough'
}

/**
 * Of two nodes of a region, chosen by chance, the better one stands for both: enough to spread load
 * without everybody running to the same one.
 */
function spread(options: readonly Option[], chance: () => number): Option[] {
  const byRegion = new Map<string, Option[]>()
  for (const option of options) {
    const nodes = byRegion.get(option.region)
    if (nodes) nodes.push(option)
    else byRegion.set(option.region, [option])
  }
  return [...byRegion.values()].flatMap((nodes) => chosenFirst(nodes, chance))
}

function chosenFirst(nodes: readonly Option[], chance: () => number): readonly Option[] {
  const first = Math.floor(chance() * nodes.length)
  const second = (first + 1 + Math.floor(chance() * (nodes.length - 1))) % nodes.length
  const [a, b] = [nodes[first], nodes[second]]
  if (!a || !b) return nodes
  const chosen = rank(a) <= rank(b) ? a : b
  const ordered = [chosen]
  for (const node of nodes) {
    // Asked after it, but before anybody farther away.
    if (node !== chosen) ordered.push({ ...node, costMs: Math.max(node.costMs, chosen.costMs) })
  }
  return ordered
}

function rank({ costMs, expectedWaitMs, admits }: Option): number {
  return admits ? costMs + expectedWaitMs : Infinity
}
