/** What a run is made of. The same options give the same figures. */
export interface SimulationOptions {
  readonly regions: number
  /** Databases, the primary among them. */
  readonly nodes: number
  /** How many begin in the course of the run. */
  readonly sessions: number
  /** Of a session, on average. */
  readonly operations: number
  readonly seed: number
  readonly seconds: number
  /** The share of operations that write. */
  readonly writes: number
  readonly rows: number
  /** Tables, each with a list that shows all of it. */
  readonly lists: number
  /** How unequal rows are: the n-th is wanted in proportion to 1 / n^zipf. */
  readonly zipf: number
  /** Isolates that answer for a region. */
  readonly isolates: number
  /** Of other regions' replicas so many are in a client's topology, the nearest; its own all are. */
  readonly reach: number
  /** Databases are behind gateways, which can be asked to wait. */
  readonly gateways: boolean
  readonly cache: boolean
  readonly cacheMegabytes: number
  /** Past so many tags in a region's table those of long ago are removed. */
  readonly maxTags: number
  /** Regions that lose all others, replicas that stand still, a primary that is replaced. */
  readonly faults: boolean
  /** Multiplies the real distances. */
  readonly distance: number
}

export const DEFAULTS: SimulationOptions = Object.freeze({
  regions: 30,
  nodes: 300,
  sessions: 20_000,
  operations: 10,
  seed: 1,
  seconds: 120,
  writes: 0.05,
  rows: 100_000,
  lists: 20,
  zipf: 0.99,
  isolates: 4,
  reach: 6,
  gateways: true,
  cache: true,
  cacheMegabytes: 64,
  maxTags: 20_000,
  faults: true,
  distance: 1,
})

interface NumberOption {
  readonly name: string
  readonly field: Exclude<keyof SimulationOptions, 'cache' | 'faults' | 'gateways'>
  readonly summary: string
  readonly least: number
  readonly most: number
  readonly isWhole: boolean
}

function number(
  name: string,
  field: NumberOption['field'],
  summary: string,
  [least, most]: readonly [number, number],
  isWhole = true,
): NumberOption {
  return { name, field, summary, least, most, isWhole }
}

export const numberOptions: readonly NumberOption[] = [
  number('regions', 'regions', 'how many regions, the first of which is home', [1, 30]),
  number('nodes', 'nodes', 'how many databases, the primary among them', [1, 3000]),
  number('sessions', 'sessions', 'how many sessions begin', [1, 1e8]),
  number('operations', 'operations', 'how many operations a session has on average', [1, 1000]),
  number('seed', 'seed', 'which run of luck', [0, 2 ** 31 - 1]),
  number('seconds', 'seconds', 'how long, in simulated time', [1, 1e6]),
  number('writes', 'writes', 'the share of operations that write', [0, 1], false),
  number('rows', 'rows', 'how many rows there are', [1, 1e7]),
  number('lists', 'lists', 'how many tables, each with a list of all of it', [1, 10_000]),
  number('zipf', 'zipf', 'how unequal rows are', [0, 3], false),
  number('isolates', 'isolates', 'how many isolates answer for a region', [1, 1000]),
  number('reach', 'reach', "how many of other regions' replicas a client knows", [0, 3000]),
  number('cache-mb', 'cacheMegabytes', 'what a Redis keeps of answers', [1, 1e6]),
  number('max-tags', 'maxTags', 'tags in a table beyond which it is compacted', [100, 1e8]),
  number('distance', 'distance', 'multiplies the real distances', [0, 10], false),
]

export class BadOption extends Error {
  override readonly name = 'BadOption'
}

function isOn(flag: unknown): boolean {
  return flag !== false
}

/** @throws BadOption naming the option and what it should be */
export function readOptions(
  given: Readonly<Record<string, string | boolean | undefined>>,
): SimulationOptions {
  const numbers: Partial<Record<NumberOption['field'], number>> = {}
  for (const { name, field, least, most, isWhole } of numberOptions) {
    const text = given[name]
    if (text === undefined) continue
    const value = text === '' ? Number.NaN : Number(text)
    if (!(value >= least && value <= most) || (isWhole && !Number.isInteger(value))) {
      const kind = isWhole ? 'a whole number' : 'a number'
      throw new BadOption(`--${name}: expected ${kind} from ${least} to ${most}.`)
    }
    numbers[field] = value
  }
  if (given['hours'] !== undefined) {
    const hours = Number(given['hours'])
    if (!(hours > 0 && hours <= 1000) || given['seconds'] !== undefined) {
      throw new BadOption('--hours: expected a number above 0, and no --seconds beside it.')
    }
    numbers.seconds = hours * 3600
  }
  const { cache, faults, gateways } = given
  return {
    ...DEFAULTS,
    ...numbers,
    cache: isOn(cache),
    faults: isOn(faults),
    gateways: isOn(gateways),
  }
}
