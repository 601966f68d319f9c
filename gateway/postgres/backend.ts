/** One connection to Postgres: sends units of statements in one write and takes their answers. */
import { Client, type ClientConfig, type Connection } from 'pg'

import { sendCancel } from './cancel.ts'
import { PreparedStatements, UNNAMED } from './prepared-statements.ts'
import { SegmentQuery } from './segment-query.ts'
import type { Segment, Statement } from './statement.ts'

/** After a cancel Postgres answers at once, unless it or the way to it is gone. */
const CANCEL_PATIENCE_MS = 5_000

export interface BackendOptions {
  readonly client: ClientConfig
  readonly preparedStatements: number
}

interface RunOptions {
  /** Statements that come often are prepared once. @default true */
  readonly prepared?: boolean
}

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'

  constructor(cause?: unknown) {
    super('the connection to Postgres was lost', { cause })
  }
}

export class Backend {
  readonly createdAt: number = performance.now()
  /** When it was taken or given back last. */
  since: number = performance.now()
  readonly #client: Client
  readonly #prepared: PreparedStatements
  #usable = true
  /** Nobody listens to what it still answers. */
  #spoiled = false
  #givenUpAt = Infinity
  #running: ((error: ConnectionLost) => void) | undefined

  private constructor(client: Client, options: BackendOptions) {
    this.#client = client
    this.#prepared = new PreparedStatements(options.preparedStatements)
    client.once('end', () => this.#onEnd())
  }

  static async connect(options: BackendOptions): Promise<Backend> {
    const client = new Client(options.client)
    // Of a lost connection its next or present query tells. Without a listener Node would exit.
    client.on('error', () => {})
    try {
      await client.connect()
    } catch (error) {
      void client.end().catch(() => {})
      throw error
    }
    return new Backend(client, options)
  }

  /** A connection that is not in order must not be used again. */
  get usable(): boolean {
    return this.#usable
  }

  /** A transaction was left open, or has failed. */
  get inTransaction(): boolean {
    return this.#client.getTransactionStatus() !== 'I'
  }

  /**
   * Resolves once all is answered, or rejects with the first failure once Postgres is ready again or
   * gone. A unit that fails does not keep the next one from being run.
   */
  async run(segments: readonly Segment[], { prepared = true }: RunOptions = {}): Promise<void> {
    if (!this.#usable) throw new ConnectionLost()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const client = this.#client
    let failure: { readonly error: unknown } | undefined
    let next = 0
    const settle = (): void => {
      this.#running = undefined
      if (failure) reject(failure.error)
      else resolve()
    }
    this.#running = (lost) => {
      failure ??= { error: lost }
      settle()
    }
    const write = (connection: Connection): void => {
      // All was written with the first unit; the others only wait for their answers.
      if (next === 1) this.#write(connection, segments, prepared)
    }
    const submit = (): void => {
      const segment = segments[next]
      next += 1
      if (segment) client.query(new SegmentQuery(segment, write, ends))
    }
    const ends = {
      ready: (): void => (next < segments.length ? submit() : settle()),
      failed: (error: unknown): void => {
        failure ??= { error }
        // What has failed hears of no more; that Postgres is ready then shows in the queue.
        if (next < segments.length) submit()
        else client.once('drain', () => this.#running && settle())
      },
      spoiled: (error: unknown): void => {
        if (!this.#running) return
        failure ??= { error }
        this.#usable = false
        this.#spoiled = true
        settle()
      },
    }
    submit()
    await promise
  }

  /** Back to the state of a new session. */
  async reset(): Promise<void> {
    const segments = this.inTransaction ? [alone('rollback')] : []
    this.#prepared.clear()
    await this.run([...segments, alone('discard all')], { prepared: false })
  }

  /** Ends what the server does for it, then the connection. */
  async cancel(): Promise<void> {
    const isRunning = this.#spoiled || this.#running !== undefined
    this.#usable = false
    if (isRunning) await sendCancel(this.#client, CANCEL_PATIENCE_MS)
    await this.close()
  }

  /** It takes too long: its statement is cancelled and fails, or else the connection is cut. */
  giveUp(): void {
    // The word may reach what runs next: nothing may.
    if (this.#usable) {
      this.#usable = false
      this.#givenUpAt = performance.now()
      void sendCancel(this.#client, CANCEL_PATIENCE_MS)
    } else if (performance.now() - this.#givenUpAt > CANCEL_PATIENCE_MS) {
      this.#client.connection.stream.destroy()
    }
  }

  async close(): Promise<void> {
    this.#usable = false
    const { stream } = this.#client.connection
    const impatient = setTimeout(() => stream.destroy(), CANCEL_PATIENCE_MS)
    // It waits for the goodbye to be written, or cuts the connection if something is running.
    await this.#client.end().catch(() => {})
    clearTimeout(impatient)
  }

  #write(connection: Connection, segments: readonly Segment[], prepared: boolean): void {
    connection.stream.cork()
    for (const name of this.#prepared.takeClosable()) connection.close({ type: 'S', name }, true)
    for (const segment of segments) {
      for (const statement of segment) this.#writeStatement(connection, statement, prepared)
      connection.sync()
    }
    connection.stream.uncork()
  }

  #writeStatement(connection: Connection, { text, values }: Statement, prepared: boolean): void {
    const { name, parse } = prepared ? this.#prepared.prepare(text) : UNNAMED
    if (parse) connection.parse({ name, text, types: [] }, true)
    connection.bind({ statement: name, values: [...values] }, true)
    connection.describe({ type: 'P', name: '' }, true)
    connection.execute(null, true)
  }

  #onEnd(): void {
    this.#usable = false
    this.#running?.(new ConnectionLost())
  }
}

function alone(text: string): Segment {
  return [{ text, values: [], sink: undefined }]
}
