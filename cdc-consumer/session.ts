/**
 * One connection's life: from the server's first answers to the end of its stream. Everything that a
 * session holds is its own, so that nothing of a broken one reaches the next but the witness.
 */
import type { NearTable } from '../src/cache/tide-table/near-table.ts'
import type { TideTable } from '../src/cache/tide-table/tide-table.ts'
import type { History } from '../src/tide/history.ts'
import { locate } from '../src/tide/history.ts'
import { type Position, reaches } from '../src/tide/position.ts'
import { CatalogKeeper } from './catalog/catalog-keeper.ts'
import type { CatalogOptions } from './catalog/read-catalog.ts'
import type { ConsumerEvent } from './events.ts'
import type { ClusterNode } from './nodes/cluster-node.ts'
import type { Cluster } from './nodes/cluster.ts'
import type { Server } from './replication/preflight.ts'
import { ReplicationError } from './replication/replication-error.ts'
import { ReplicationStream } from './replication/stream.ts'
import type { FloorCause } from './sink/batch.ts'
import { type Recovery, Sink } from './sink/sink.ts'
import { slotState } from './slots/slots.ts'
import { placerFor, type SourceKind } from './sources/source.ts'
import { assertStreamHistory } from './sources/stream-history.ts'
import { TransactionReader } from './tags/transaction-reader.ts'

export interface SessionOptions {
  readonly cluster: Cluster
  readonly table: TideTable
  /** Raised with `table`; it is told where a stream begins and ends. */
  readonly near?: NearTable | undefined
  readonly kind: SourceKind
  readonly node: ClusterNode
  readonly slot: string
  readonly catalog: CatalogOptions
  /** The subscription that brings what is committed at home; needed where there are several. */
  readonly subscription?: string | undefined
  readonly maxRowTags?: number | undefined
  readonly maxTagsPerRaise?: number | undefined
  readonly maxTags?: number | undefined
  readonly silenceMs?: number | undefined
  /** What the table has had by this process's own knowledge. */
  readonly witness: Position | undefined
  readonly onEvent: (event: ConsumerEvent) => void
}

export class Session {
  readonly #options: SessionOptions
  readonly #abort = new AbortController()
  readonly #started = Promise.withResolvers<void>()
  readonly #stream: ReplicationStream
  readonly #keeper: CatalogKeeper
  readonly #reader: TransactionReader
  #sink: Sink | undefined
  #history: History | undefined
  #schemaXid: number | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#started.promise.catch(() => {})
    const { node, slot, catalog, silenceMs, maxRowTags } = options
    this.#keeper = new CatalogKeeper(
      catalog,
      async (work) => await node.withClient(work),
      this.#abort.signal,
    )
    this.#reader = new TransactionReader({
      schema: this.#keeper.schema,
      maxRowTags,
      onCommit: (commit) => {
        if (commit.changesSchema) this.#schemaXid = commit.xid
        if (commit.beat !== undefined) options.onEvent({ name: 'beat' })
        this.#sink?.commit(commit)
      },
    })
    this.#stream = new ReplicationStream({
      connection: { connectionString: node.url },
      slot,
      publication: catalog.publication,
      silenceMs,
      onServer: async (server) => await this.#begin(server),
      onStart: () => this.#started.resolve(),
      onMessage: (message) => this.#reader.read(message),
      onKeepalive: (lsn) => {
        if (!this.#reader.isOpen) this.#sink?.keepalive(lsn)
      },
    })
  }

  get witness(): Position | undefined {
    return this.#sink?.witness ?? this.#options.witness
  }

  /** Runs until the stream ends, which it does by an error or by `close`. */
  async run(): Promise<void> {
    const { cluster, near } = this.#options
    const failed = Promise.withResolvers<never>()
    const forget = cluster.onHistory((history) => {
      // What is under way was located by the old one.
      if (this.#history && history.current !== this.#history.current) {
        failed.reject(new ReplicationError('timeline-new'))
      }
    })
    this.#onSinkFailed = (error) => failed.reject(error)
    near?.begin()
    try {
      await Promise.race([this.#stream.run(), failed.promise])
    } finally {
      forget()
      near?.end()
      this.close()
    }
  }

  close(): void {
    this.#started.reject(new ReplicationError('disconnected'))
    this.#abort.abort()
    this.#stream.close()
  }

  /** Reads no further, and waits until all that was read has been raised and confirmed. */
  async drain(): Promise<void> {
    this.#stream.pause()
    await this.#sink?.drain()
  }

  requestFloor(cause: FloorCause): void {
    this.#sink?.requestFloor(cause)
  }

  /** For where DDL sends no messages. */
  async checkSchema(): Promise<void> {
    if (this.#sink && (await this.#keeper.hasChanged())) this.#sink.requestFloor('schema')
  }

  #onSinkFailed: (error: unknown) => void = () => {}

  async #begin(server: Server): Promise<void> {
    const { kind, table, node, cluster, onEvent } = this.#options
    if (server.isStandby !== (kind === 'standby')) throw new ReplicationError('role-changed')
    const history = await this.#historyOf(server)
    this.#history = history
    await cluster.findPrimary().catch(() => {
      // A standby's slot can be read while the primary is away.
      if (kind === 'home') throw new ReplicationError('disconnected')
    })
    const catalog = await this.#keeper.refresh()
    const confirmed = kind === 'subscriber' ? undefined : locate(server.confirmed, history)
    const before = await table.read()
    const published = await table.readCatalog()

    const causes = new Set<FloorCause>()
    if (before.history && before.history.current > history.current) {
      throw new ReplicationError('timeline-stale')
    }
    if (before.history && before.history.current < history.current) causes.add('failover')
    const witness = join(this.#options.witness, confirmed)
    if (!witness) causes.add('restart')
    else if (!before.horizon || !reaches(before.horizon, witness)) causes.add('slot-gap')
    if (published?.hash !== catalog.hash) causes.add('schema')

    const origins = originsOf(server, kind)
    const placer = placerFor(kind, { ...server, origins }, history)
    const held = this.#started.promise.then(async () => await this.#assertSlot(server))
    held.catch(() => {})
    const sink = new Sink(
      {
        table,
        witness,
        causes,
        place: (commit) => placer.place(commit),
        placeKeepalive: (lsn) => placer.placeKeepalive(lsn),
        assertHistory: async () => {
          await held
          await assertStreamHistory(kind, node, history)
        },
        recover: async (why) => await this.#recover(why),
        confirm: (lsn) => this.#stream.confirm(lsn),
        onPressure: (isFull) => {
          onEvent({ name: 'pressure', isFull })
          if (isFull) this.#stream.pause()
          else this.#stream.resume()
        },
        onEvent,
        maxTagsPerRaise: this.#options.maxTagsPerRaise,
        maxTags: this.#options.maxTags,
        signal: this.#abort.signal,
      },
      before.horizon,
    )
    sink.failed.catch((error: unknown) => this.#onSinkFailed(error))
    this.#sink = sink
    onEvent({
      name: 'streaming',
      source: kind,
      node: node.name,
      timeline: server.timeline,
      confirmed: server.confirmed,
    })
    sink.introduce()
  }

  /**
   * Between the first look at the slot and the stream it may have been dropped and made anew, further
   * on. Nothing is raised before it is certain that the stream begins where it was taken to.
   */
  async #assertSlot({ confirmed }: Server): Promise<void> {
    const { node, slot } = this.#options
    const state = await slotState(node, slot)
    if (state.confirmed !== confirmed) throw new ReplicationError('slot-changed')
  }

  /** A subscriber's own history is another: what it applies lies in that of home. */
  async #historyOf(server: Server): Promise<History> {
    const { kind, cluster } = this.#options
    if (kind === 'subscriber') {
      await cluster.findPrimary()
      if (!cluster.history) throw new ReplicationError('disconnected')
      return cluster.history
    }
    cluster.learn(server.history, server.systemId)
    return server.history
  }

  /** The schema is read before the floor is: whatever it shows lies below. */
  async #recover(causes: ReadonlySet<FloorCause>): Promise<Recovery> {
    const { cluster, kind, node, onEvent } = this.#options
    const history = this.#history
    const primary = cluster.primaryNode
    if (causes.size === 0) return { history, primary }
    const xid = this.#schemaXid
    const catalog =
      causes.has('schema') || !this.#keeper.current
        ? await this.#keeper.refresh(xid)
        : this.#keeper.current
    // Before the floor is found: what was read by the old schema lies below it.
    this.#reader.describeAgain()
    if (this.#schemaXid === xid) this.#schemaXid = undefined
    const floor = await cluster.floor(kind === 'standby' ? node : undefined)
    onEvent({
      name: 'catalog-published',
      hash: catalog.hash,
      relations: catalog.text.relations.length,
    })
    const { epoch, lsn } = floor
    return {
      floor,
      history,
      primary,
      catalog: { epoch, lsn, hash: catalog.hash, json: catalog.json },
    }
  }
}

function join(a: Position | undefined, b: Position | undefined): Position | undefined {
  if (!a || !b) return a ?? b
  return reaches(a, b) ? a : b
}

/** What comes from home comes by one subscription: the order among several is nobody's. */
function originsOf({ origins }: Server, kind: SourceKind): readonly string[] {
  if (kind === 'subscriber' && origins.length !== 1) {
    throw new ReplicationError('subscription-unfit')
  }
  return origins
}
