/**
 * One connection that streams a slot's changes, over the library `pg-logical-replication`. Nothing
 * else knows the library; what it would do wrong is kept from happening here:
 *
 * - it would confirm what was received, by timer, although told not to: the timer is off (H1);
 * - it confirms one byte more than it is told, and a commit may start there: it is told one less (H2);
 * - used a second time it starts past what was not confirmed: each connection has its own (H3);
 * - it sends nothing by itself, so the server would give us up, and it never notices that nothing
 *   comes any more: there is a timer here for both (H7, H8);
 * - its queue reorders keepalives and lives on after a failed handler: messages are taken as they
 *   come off the socket, which is paused when those who take them cannot follow (H5, H6, H12);
 * - it leaves the connection open when it cannot start, and throws into the socket when a message
 *   cannot be parsed: both end the stream here, as a rejection (H9, H10, H13, H14).
 */
import type { Client, ClientConfig } from 'pg'
import { LogicalReplicationService } from 'pg-logical-replication'

import { formatLsn, type Lsn, LSN_ZERO, parseLsn, toLsn } from '../../src/tide/lsn.ts'
import { type Liveness, livenessOf } from './liveness.ts'
import { preflight, type Server } from './preflight.ts'
import { ReplicationError, toReplicationError } from './replication-error.ts'

export interface StreamOptions {
  /** `replication` is set here. */
  readonly connection: ClientConfig
  readonly slot: string
  readonly publication: string
  /** When silence means that the server is gone. @default twice its `wal_sender_timeout` */
  readonly silenceMs?: number | undefined
  /** Throws if this server must not be read. The server's last word before it streams. */
  readonly onServer: (server: Server) => void | Promise<void>
  /** From now on nobody else can read the slot, or replace it. */
  readonly onStart?: (() => void) | undefined
  /** As they come off the socket; it must not wait. */
  readonly onMessage: (message: Buffer) => void
  /** Everything that committed up to here has been given to `onMessage`. */
  readonly onKeepalive: (lsn: Lsn) => void
}

const CONNECT_TIMEOUT_MS = 10_000

export class ReplicationStream {
  readonly #options: StreamOptions
  readonly #service: LogicalReplicationService
  readonly #ended = Promise.withResolvers<never>()
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #liveness: Liveness = livenessOf(0)
  #confirmed: Lsn = LSN_ZERO
  #bytesSeen = 0
  #heardAt = 0
  #paused = false
  #closed = false

  constructor(options: StreamOptions) {
    this.#options = options
    this.#service = new LogicalReplicationService(
      {
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        keepAlive: true,
        application_name: 'tidegate consumer',
        ...options.connection,
      },
      { acknowledge: { auto: false, timeoutSeconds: 0 }, flowControl: { enabled: false } },
    )
    // Whether anybody waits or not.
    this.#ended.promise.catch(() => {})
  }

  /** Streams until the connection ends, which is always an error, or until `close`. */
  async run(): Promise<void> {
    this.#service.on('error', (error) => this.#fail(error))
    this.#service.on('start', () => {
      this.#watch()
      this.#options.onStart?.()
    })
    this.#service.on('heartbeat', (lsn, _, shouldRespond) => this.#onKeepalive(lsn, shouldRespond))
    const plugin = new Messages(this.#start, this.#take)
    const streaming = this.#service.subscribe(plugin, this.#options.slot).then(() => {
      throw new ReplicationError('disconnected')
    })
    try {
      await Promise.race([streaming, this.#ended.promise])
    } catch (error) {
      if (!this.#closed) throw toReplicationError(error)
    } finally {
      this.#tearDown()
      // What it says once the socket is gone is said already, and it may take its time to say it.
      streaming.catch(() => {})
      this.#service.destroy().catch(() => {})
    }
  }

  /** Everything before `lsn` need not be sent again. Never moves back. */
  confirm(lsn: Lsn): void {
    if (lsn > this.#confirmed) this.#confirmed = lsn
    this.#report(false)
  }

  /** The socket is read no further: TCP makes the server wait. */
  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#client?.connection.stream.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#heardAt = performance.now()
    if (!this.#closed) this.#client?.connection.stream.resume()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ended.reject(new ReplicationError('disconnected'))
  }

  readonly #start = async (client: Client, slot: string): Promise<unknown> => {
    this.#client = client
    const { publication, onServer, silenceMs } = this.#options
    const server = await preflight(client, slot, publication)
    this.#liveness = livenessOf(server.senderTimeoutMs, silenceMs)
    this.#confirmed = server.confirmed
    await onServer(server)
    const names = client.escapeLiteral(client.escapeIdentifier(publication))
    // From 0/0 the server goes on where the slot was confirmed.
    return await client.query(
      `START_REPLICATION SLOT ${client.escapeIdentifier(slot)} LOGICAL 0/0
       (proto_version '1', publication_names ${names}, messages 'true')`,
    )
  }

  readonly #take = (message: Buffer): undefined => {
    if (this.#closed) return
    try {
      this.#options.onMessage(message)
    } catch (error) {
      this.#fail(new ReplicationError('unreadable', error))
    }
  }

  #onKeepalive(lsn: string, shouldRespond: boolean): void {
    if (this.#closed) return
    this.#options.onKeepalive(parseLsn(lsn))
    if (shouldRespond) this.#report(false)
  }

  #watch(): void {
    this.#heardAt = performance.now()
    this.#timer = setInterval(() => this.#check(), this.#liveness.intervalMs)
  }

  #check(): void {
    const stream = this.#client?.connection.stream
    const bytes = stream && 'bytesRead' in stream ? Number(stream.bytesRead) : 0
    const now = performance.now()
    // While we do not read, silence is ours.
    if (bytes !== this.#bytesSeen || this.#paused) this.#heardAt = now
    this.#bytesSeen = bytes
    const quietMs = now - this.#heardAt
    if (quietMs > this.#liveness.goneAfterMs) this.#fail(new ReplicationError('silent'))
    else this.#report(quietMs >= this.#liveness.askAfterMs)
  }

  /** Also before anything was confirmed: the server takes a lower position as no news. */
  #report(ask: boolean): void {
    if (this.#closed || this.#service.isStop()) return
    const lsn = this.#confirmed > 0n ? toLsn(this.#confirmed - 1n) : LSN_ZERO
    void this.#service.acknowledge(formatLsn(lsn), ask)
  }

  #fail(error: unknown): void {
    this.#ended.reject(error)
    // Nothing after what could not be taken may be taken.
    this.#client?.connection.stream.destroy()
  }

  #tearDown(): void {
    clearInterval(this.#timer)
    this.#closed = true
    // `stop()` of the library would wait for a server that may be gone.
    this.#client?.connection.stream.destroy()
  }
}

type Start = (client: Client, slot: string) => Promise<unknown>

/** Gives what comes to whoever takes it, as bytes. */
class Messages {
  readonly name = 'pgoutput'
  readonly options: object = {}
  readonly #start: Start
  readonly #take: (message: Buffer) => undefined

  constructor(start: Start, take: (message: Buffer) => undefined) {
    this.#start = start
    this.#take = take
  }

  async start(client: Client, slot: string): Promise<unknown> {
    return await this.#start(client, slot)
  }

  parse(message: Buffer): undefined {
    return this.#take(message)
  }
}
