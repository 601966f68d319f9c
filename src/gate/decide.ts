/**
 * The gate's decision, as a pure function: what is known of the nodes in, the order in which to ask
 * them out. A wrong guess costs time; whether an answer will do is judged by its own stamp.
 */
import type { NodeRole } from '../drivers/driver.ts'
import type { Route } from '../sql/index.ts'
import type { Choice, Choose } from './balance.ts'
import type { Outlook } from './knowledge.ts'
import { type Known, type Need, suffices } from './need.ts'

export interface Option extends Known, Choice {
  readonly name: string
  readonly region: string
  readonly role: NodeRole
  readonly outlook: Outlook
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
  /** How long to wait before it is asked, where it cannot wait itself. */
  readonly delayMs: number
  /** For people. */
  readonly reason: string
  /** Neither broken nor full nor drained, as far as is known. */
  readonly sound: boolean
}

/** Waiting longer than guessed is still cheaper than going on in vain, up to here. */
const WAIT_SLACK = 2
/** How likely a replica shows by the guessed time what it should show then. */
const AFTER_WAIT = 0.9
/** Where there is no home to go on to, an attempt in vain still costs something. */
const MAX_DETOUR_MS = 1000

export function decide(
  need: Need,
  options: readonly Option[],
  route: Route,
  choose: Choose,
): readonly Attempt[] {
  const primary = route === 'replica' ? undefined : options.find(({ role }) => role === 'primary')
  const home = primary && [{ ...ask(primary, homeReason(need, route)), sound: primary.admits }]
  if (route === 'primary' || need.kind === 'strong') return home ?? []

  const homeCostMs = primary?.costMs ?? Infinity
  const promising: Promised[] = []
  // Where home does not answer either, a replica that may do is better than none.
  const last: Attempt[] = []
  for (const option of options) {
    const { role, drained, admits } = option
    if (role === 'primary' || drained) continue
    const promised = admits ? promise(need, option, homeCostMs) : undefined
    if (promised && promised.costMs < homeCostMs) promising.push(promised)
    else last.push({ ...ask(option, 'nobody better answered'), sound: admits })
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
  const { region, weight, inFlight, costMs, outlook } = option
  const sure = suffices(need, option)
  const base = { region, weight, inFlight, sure }
  if (sure) {
    return { ...base, costMs, attempt: ask(option, 'nearest that is known to be new enough') }
  }
  const { likelihood, waitMs, waitIsKnown } = outlook
  const detourMs = Math.min(homeCostMs, MAX_DETOUR_MS)
  if (option.waits && costMs + waitMs < homeCostMs) {
    const attempt = ask(option, 'nearest that should be new enough in time', {
      waitMs: Math.min(waitMs * WAIT_SLACK, homeCostMs - costMs),
    })
    return { ...base, costMs: costMs + waitMs, attempt }
  }
  const atOnceMs = costMs + (1 - likelihood) * detourMs
  const delayedMs = costMs + waitMs + (1 - AFTER_WAIT) * detourMs
  if (waitIsKnown && waitMs > 0 && delayedMs < Math.min(atOnceMs, homeCostMs)) {
    const attempt = ask(option, 'nearest that should be new enough in a moment', {
      delayMs: waitMs,
    })
    return { ...base, costMs: delayedMs, attempt }
  }
  return { ...base, costMs: atOnceMs, attempt: ask(option, 'nearest that may be new enough') }
}

function ask(
  { name }: Option,
  reason: string,
  { waitMs = 0, delayMs = 0 }: { waitMs?: number; delayMs?: number } = {},
): Attempt {
  return { name, waitMs, delayMs, reason, sound: true }
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
