/** The driver of one region: a message there, whatever the database does, and a message back. */
import { DriverError } from '../../src/drivers/driver-error.ts'
import type {
  Driver,
  ReadAnswer,
  ReadWork,
  Target,
  Work,
  WriteAnswer,
} from '../../src/drivers/driver.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import type { Database } from '../world/database.ts'
import type { Network } from '../world/network.ts'

export interface LineOptions {
  readonly region: Region
  readonly time: VirtualTime
  readonly network: Network
  readonly databases: ReadonlyMap<string, Database>
  readonly isList: (thing: number) => boolean
}

type Reply<Answer> = (answer: Answer | DriverError) => void

export class Line implements Driver {
  readonly #options: LineOptions

  constructor(options: LineOptions) {
    this.#options = options
  }

  async read(target: Target, { queries, need, signal }: ReadWork): Promise<ReadAnswer> {
    const thing = numberIn(queries)
    const isList = this.#options.isList(thing)
    return await this.#send<ReadAnswer>(target, signal, 'no', (database, reply) => {
      const { epoch, lsn, waitMs } = need ?? {}
      const asked = epoch === undefined || lsn === undefined ? undefined : { epoch, lsn }
      database.read({ thing, isList, need: asked && { ...asked, waitMs: waitMs ?? 0 } }, reply)
    })
  }

  async write(target: Target, { queries, signal }: Work): Promise<WriteAnswer> {
    const row = numberIn(queries)
    return await this.#send<WriteAnswer>(target, signal, 'unknown', (database, reply) =>
      database.write(row, reply),
    )
  }

  /** What is lost on the way is waited for until the caller gives up. */
  async #send<Answer>(
    { name }: Target,
    signal: AbortSignal,
    committed: DriverError['committed'],
    ask: (database: Database, reply: Reply<Answer>) => void,
  ): Promise<Answer> {
    const { time, network, databases, region } = this.#options
    const database = databases.get(name)
    if (!database) throw new Error(`There is no database ${name}`)
    return await new Promise<Answer>((resolve, reject) => {
      let isDone = false
      signal.addEventListener('abort', () => {
        // The gate aborts what has been answered too, and an error is dear.
        if (!isDone) reject(new DriverError('aborted', 'The caller gave up.', { committed }))
      })
      const there = network.messageMs(region, database.region, time.now)
      if (there === undefined) return
      time.at(time.now + there, () =>
        ask(database, (answer) => {
          const back = network.messageMs(database.region, region, time.now)
          if (back === undefined) return
          time.wakeAt(time.now + back, () => {
            isDone = true
            if (answer instanceof DriverError) reject(answer)
            else resolve(answer)
          })
        }),
      )
    })
  }
}

/** A statement's first parameter: which row or list it is about. */
function numberIn(queries: Work['queries']): number {
  return Number(queries[0]?.params[0])
}
