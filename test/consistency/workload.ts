/**
 * Many sessions at once, each a browser that comes back with its cookie, now here and now there.
 * What each of them did is written down; whether it should have been is judged later.
 */
import { parseLsn } from '../../src/tide/lsn.ts'
import { Branches } from './branches.ts'
import type { Held, Way } from './data.ts'
import type { Freshness, Operation, Sight } from './history.ts'
import { Random } from './random.ts'
import type { Answer, Command, Reply } from './request.ts'

/** A place where requests are answered: a process or an isolate with the SDK in it. */
export interface Client {
  readonly name: string
  /** How much of the traffic it gets, beside the others. */
  readonly weight: number
  request(cookie: string, commands: readonly Command[]): Promise<Reply>
}

export interface WorkloadOptions {
  readonly clients: readonly [Client, ...Client[]]
  readonly seed: number
  /** How many keys are written to at a time. */
  readonly keys: number
  /** How many there are. */
  readonly allKeys: number
  /** The share of operations that write. */
  readonly writes: number
  readonly signal: AbortSignal
}

export interface Failures {
  readonly reads: Map<string, number>
  readonly writes: Map<string, number>
}

const OPERATIONS_PER_REQUEST = 4
/** A user's requests come in where the last one did, but for a few. */
const MOVES = 0.1
/** After so many operations others keys are written to: what a key holds stays short. */
const GENERATION = 15_000
const NOTHING_READ: Pick<Answer, 'source' | 'from' | 'route'> = {
  source: 'nobody',
  from: 'primary',
  route: '',
}

interface Visit {
  readonly session: number
  readonly client: Client
  readonly request: number
  /** Of its first command: what a session begins later has a higher one. */
  readonly index: number
}

export class Workload {
  readonly operations: Operation[] = []
  readonly branches = new Branches()
  readonly failures: Failures = { reads: new Map(), writes: new Map() }
  readonly #options: WorkloadOptions
  #value = 0
  #index = 0
  #request = 0

  constructor(options: WorkloadOptions) {
    this.#options = options
  }

  async run(sessions: number): Promise<void> {
    await Promise.all(Array.from({ length: sessions }, async (_, id) => await this.#session(id)))
  }

  async #session(first: number): Promise<void> {
    const { clients, seed, signal } = this.#options
    const random = new Random(seed * 1000 + first)
    const places = clients.flatMap((client) => Array.from({ length: client.weight }, () => client))
    let session = first
    let cookie = ''
    let client = places[first % places.length] ?? clients[0]
    while (!signal.aborted) {
      if (random.chance(MOVES)) client = places[random.below(places.length)] ?? client
      if (random.chance(0.02)) {
        // A new user.
        cookie = ''
        session += 10_000
      }
      const count = 1 + random.below(OPERATIONS_PER_REQUEST)
      const commands = Array.from({ length: count }, () => this.#command(random))
      const visit = { session, client, request: this.#request++, index: this.#index }
      this.#index += count
      const reply = await client.request(cookie, commands)
      cookie = reply.cookie
      for (const [place, command] of commands.entries()) {
        const answer = reply.answers[place]
        if (answer) this.#note(visit, place, command, answer)
      }
    }
  }

  #command(random: Random): Command {
    const keys = this.#keys(random)
    if (random.chance(this.#options.writes)) return { kind: 'write', keys, value: ++this.#value }
    const way = random.of<Way>(['rows', 'counter', 'statement', 'transaction'])
    return { kind: 'read', keys, way, freshness: freshness(random), cache: random.chance(0.6) }
  }

  /** One, or two neighbours, as a transaction writes them. */
  #keys(random: Random): readonly number[] {
    const { keys, allKeys } = this.#options
    const generation = Math.floor(this.operations.length / GENERATION)
    // What was written to before is still looked at.
    const begin = Math.max(0, generation - (random.chance(0.1) ? 1 : 0)) * keys
    const key = (begin + random.below(keys)) % allKeys
    return random.chance(0.3) ? [key & ~1, key | 1] : [key]
  }

  #note(
    { session, client, request, index }: Visit,
    place: number,
    command: Command,
    answer: Answer,
  ): void {
    const { begun, ended, toldOfLoss, error, committed, position, held } = answer
    if (error !== undefined) count(this.failures[`${command.kind}s`], error)
    const { source, from, route } = error === undefined ? answer : NOTHING_READ
    const all = {
      session,
      index: index + place,
      request,
      client: client.name,
      begun,
      ended,
      source,
      from,
      route,
      position: toPosition(position),
      toldOfLoss,
    }
    if (command.kind === 'write') {
      const { keys, value } = command
      this.operations.push({ kind: 'write', ...all, value, keys, committed })
    } else if (error === undefined) {
      const seen = held.map((each) => this.#see(each))
      this.operations.push({ kind: 'read', ...all, freshness: command.freshness, seen })
    }
  }

  #see([key, held]: Held): readonly [number, Sight] {
    return [key, typeof held === 'number' ? { length: held } : this.branches.see(key, held)]
  }
}

function freshness(random: Random): Freshness {
  const draw = random.next()
  if (draw < 0.7) return 'session'
  if (draw < 0.8) return 'any'
  return draw < 0.9 ? { within: 200 + random.below(2000) } : 'strong'
}

function toPosition(text: string | undefined): Operation['position'] {
  const [epoch = '', lsn] = text?.split(':') ?? []
  return lsn === undefined ? undefined : { epoch: Number(epoch), lsn: parseLsn(lsn) }
}

function count(failures: Map<string, number>, code: string): void {
  failures.set(code, (failures.get(code) ?? 0) + 1)
}
