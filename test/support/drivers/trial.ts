/** A driver on trial: the world it is tried in, and the words that its tests are written in. */
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { DriverError } from '../../../src/drivers/driver-error.ts'
import type {
  Driver,
  Query,
  ReadAnswer,
  ReadWork,
  Target,
  TransactionOptions,
  WriteAnswer,
} from '../../../src/drivers/driver.ts'
import type { Lsn } from '../../../src/tide/lsn.ts'
import { type DriversWorld, startDriversWorld } from './world.ts'

export interface DriverUnderTest extends AsyncDisposable {
  readonly driver: Driver
  /** How it is told to reach a node. */
  target(node: PostgresNode): Target
}

export class Trial {
  #geography: DriversWorld | undefined
  #subject: DriverUnderTest | undefined
  #ids = 0

  async start(make: (geography: DriversWorld) => Promise<DriverUnderTest>): Promise<void> {
    this.#geography = await startDriversWorld()
    this.#subject = await make(this.#geography)
  }

  async stop(): Promise<void> {
    await this.#subject?.[Symbol.asyncDispose]()
    await this.#geography?.[Symbol.asyncDispose]()
  }

  get geography(): DriversWorld {
    if (!this.#geography) throw new Error('the world has not started')
    return this.#geography
  }

  get subject(): DriverUnderTest {
    if (!this.#subject) throw new Error('there is no driver yet')
    return this.#subject
  }

  get primary(): PostgresNode {
    return this.geography.world.primary
  }

  newId(): number {
    return (this.#ids += 1)
  }

  async read(node: PostgresNode, text: string, work: Partial<ReadWork> = {}): Promise<ReadAnswer> {
    return await this.subject.driver.read(this.subject.target(node), {
      queries: [query(text)],
      signal: new AbortController().signal,
      xids: [],
      ...work,
    })
  }

  async write(
    queries: readonly Query[],
    transaction?: TransactionOptions,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<WriteAnswer> {
    const target = this.subject.target(this.primary)
    return await this.subject.driver.write(target, { queries, transaction, signal })
  }

  /** Writes a new note. */
  async note(transaction?: TransactionOptions): Promise<WriteAnswer & { id: number }> {
    const id = this.newId()
    const insert = query('insert into note values ($1, $2)', id, `note ${id}`)
    return { ...(await this.write([insert], transaction)), id }
  }

  /** A commit's position, asked of the primary where the driver tells the transaction only. */
  async positionOf({ commit }: WriteAnswer): Promise<Lsn> {
    if (!commit) throw new Error('it wrote nothing')
    return 'lsn' in commit ? commit.lsn : await this.primary.position()
  }
}

export function query(text: string, ...params: unknown[]): Query {
  return { text, params }
}

export function notesOf(id: number): string {
  return `select id from note where id = ${id}`
}

export async function failure(work: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof DriverError) return error
  throw error
}

/** Resolves once a statement that holds `mark` runs on the node, with its process. */
export async function statementRuns(node: PostgresNode, mark: string): Promise<number> {
  return await until(`a statement with ${mark} to run`, async () => {
    const [row] = await node.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where query like '%' || $1 || '%' and state = 'active' and pid <> pg_backend_pid()`,
      [mark],
    )
    return row?.pid
  })
}
