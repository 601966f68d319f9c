/**
 * The gate's decision, as a pure function: what is known of the nodes in, the order in which to ask
 * them out. A wrong guess costs time; whether an answer will do is judged by its own stamp.
 */
import type { NodeRole } from '../drivers/driver.ts'
import type { Route } from '../sql/index.ts'
import type { Choice, Choose } from './balance.ts'
import { type Known, type Need, suffices } from './need.ts'

export interface Option extends Known, Choice {
  readonly name: string
  readonly region: string
  readonly role: NodeRole
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
  /** Neither broken nor full nor drained, as far as is known. */
  readonly sound: boolean
}

/** Waiting longer than guessed is still cheaper than going on in vain, up to here. */
const WAIT_SLACK = 2
/** Where there is no home to go on to, an attempt in vain still costs something. */
const MAX_DETOUR_MS = 1000

export function decide(
  need: Need,
  options: readonly Option[],
  route: Route,
  choose: Choose,
): readonly Attempt[] {
  const primary = route === 'replica' ? undefined : options.find(({ role }) => role === 'primary')
  const home = primary && [
    { name: primary.name, waitMs: 0, reason: homeReason(need, route), sound: primary.admits },
  ]
  if (route === 'primary' || need.kind === 'strong') return home ?? []

  const homeCostMs = primary?.costMs ?? Infinity
  const promising: Promised[] = []
  // Where home does not answer either, a replica that may do is better than none.
  const last: Attempt[] = []
  for (const option of options) {
    const { name, role, drained, admits } = option
    if (role === 'primary' || drained) continue
    const promised = admits ? promise(need, option, homeCostMs) : undefined
    if (promised && promised.costMs < homeCostMs) promising.push(promised)
    else last.push({ name, waitMs: 0, reason: 'nobody better answered', sound: admits })
  }
  const ordered = balance(promising, choose).toSorted((a, b) => a.costMs - b.costMs)
  return [...ordered.map(({ attempt }) => attempt), ...(home ?? []), ...last]
}

interface Promised extends Choice {
  /** What it will take on average, the way on to home included if it is in vain. */
  costMs: number
  readonly region: string
  readonly sure: boolean
  readonly attempt: Attempt
}

function promise(need: Need, option: Option, homeCostMs: number): Promised {
  const { name, region, weight, inFlight, costMs, likelihood, expectedWaitMs } = option
  const sure = suffices(need, option)
  const base = { region, weight, inFlight, sure }
  if (sure) {
    const reason = 'nearest that is known to be new enough'
    return { ...base, costMs, attempt: { name, waitMs: 0, reason, sound: true } }
  }
  if (option.waits && costMs + expectedWaitMs < homeCostMs) {
    const waitMs = Math.min(expectedWaitMs * WAIT_SLACK, homeCostMs - costMs)
    const reason = 'nearest that should be new enough in time'
    return {
      ...base,
      costMs: costMs + expectedWaitMs,
      attempt: { name, waitMs, reason, sound: true },
    }
  }
  const detourMs = (1 - likelihood) * Math.min(homeCostMs, MAX_DETOUR_MS)
  const reason = 'nearest that may be new enough'
  return { ...base, costMs: costMs + detourMs, attempt: { name, waitMs: 0, reason, sound: true } }
}

function homeReason(need: Need, route: Route): string {
  if (route === 'primary') return 'it has to go to the primary'
  return need.kind === 'strong' ? 'the newest data is there' : 'nobody nearer is surely new enough'
}

/**
 * Of each region one node is chosen to go first, of those that are surely new enough if there are
 * any. Its neighbours are asked after it, but before anybody farther away.
 */
function balance(promised: readonly Promised[], choose: Choose): readonly Promised[] {
  const regions = new Set(promised.map(({ region }) => region))
  if (regions.size === promised.length) return promised
  const first = new Set<Promised>()
  for (const region of regions) {
    const there = promised.filter((each) => each.region === region)
    if (there.length === 1) continue
    const sure = there.filter((each) => each.sure)
    const [one, ...others] = sure.length > 0 ? sure : there
    if (!one) continue
    const chosen = choose([one, ...others])
    const least = Math.min(...there.map(({ costMs }) => costMs))
    for (const each of there) each.costMs = Math.max(each.costMs, chosen.costMs)
    chosen.costMs = least
    first.add(chosen)
  }
  return [...first, ...promised.filter((each) => !first.has(each))]
}
