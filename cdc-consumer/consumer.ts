/**
 * A region's consumer: tails a WAL into the region's tide table, publishes how far the nodes have
 * come, and beats for all regions if it is its turn. Each part fails and recovers by itself; what one
 * of them cannot do makes positions stand still, and readers go elsewhere.
 */
import type { NearTable } from '../src/cache/tide-table/near-table.ts'
import type { TideTable } from '../src/cache/tide-table/tide-table.ts'
import { TidegateError } from '../src/errors.ts'
import { pause, within } from './backoff.ts'
import type { CatalogOptions } from './catalog/read-catalog.ts'
import type { ConsumerEvent } from './events.ts'
import { Heartbeat } from './heartbeat/heartbeat.ts'
import { AppliedPositions } from './nodes/applied.ts'
import type { ClusterNode, NodeOptions } from './nodes/cluster-node.ts'
import { Cluster } from './nodes/cluster.ts'
import { DEFAULT_PUBLICATION } from './setup/setup-sql.ts'
import { withNear } from './sink/with-near.ts'
import { SlotWatch } from './slots/slot-watch.ts'
import { SourceChooser, type SourceOptions } from './sources/choose-source.ts'
import { Tail } from './tail.ts'

export interface ConsumerOptions {
  readonly table: TideTable
  /** Raised as well, once `table` has been: for readers in this process. @default none */
  readonly near?: NearTable | undefined
  /** The primary, and the region's own nodes. Those that may be promoted are to be among them. */
  readonly nodes: readonly NodeOptions[]
  /** Which WAL to read: the primary's, the region's node's, or the node's if it can be. @default 'auto' */
  readonly source?: SourceOptions['source'] | undefined
  /** The region's node that is tailed. @default the first that is not the primary */
  readonly sourceNode?: string | undefined
  readonly slot: string
  /** @default 'tidegate' */
  readonly publication?: string | undefined
  readonly keys?: CatalogOptions['keys']
  readonly searchPath?: readonly string[] | undefined
  /** Past so many rows of one table in one transaction, `#*` stands for all. @default 1000 */
  readonly maxRowTags?: number | undefined
  /** @default 5000 */
  readonly maxTagsPerRaise?: number | undefined
  /** @default 500000 */
  readonly maxTags?: number | undefined
  /** `0` leaves the beating to others. @default 250 */
  readonly heartbeatMs?: number | undefined
  readonly restAfterMs?: number | undefined
  /** @default 100 */
  readonly appliedMs?: number | undefined
  /** How often the primary is looked for. @default 1000 */
  readonly failoverMs?: number | undefined
  /** How often the schema is read where no event trigger tells of DDL. `0` is never. @default 10000 */
  readonly schemaMs?: number | undefined
  /** @default twice the server's `wal_sender_timeout` */
  readonly silenceMs?: number | undefined
  /** @default 1 GiB */
  readonly slotAlarmBytes?: number | undefined
  /** @default never */
  readonly slotGiveUpBytes?: number | undefined
  readonly onEvent?: ((event: ConsumerEvent) => void) | undefined
}

export class Consumer implements AsyncDisposable {
  readonly #options: ConsumerOptions
  readonly #cluster: Cluster
  readonly #tail: Tail
  readonly #applied: AppliedPositions
  readonly #heartbeat: Heartbeat | undefined
  readonly #slotWatch: SlotWatch
  readonly #abort = new AbortController()
  #source: ClusterNode | undefined
  #running: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor(options: ConsumerOptions) {
    const { near, nodes, slot, publication = DEFAULT_PUBLICATION, keys, searchPath } = options
    const table = near ? withNear(options.table, near) : options.table
    this.#options = { ...options, table }
    const onEvent = (event: ConsumerEvent): void => this.#note(event)
    if (!nodes.some(({ role }) => role === 'primary')) {
      throw new TidegateError('CONFIG_INVALID', 'nodes: expected the primary among them.')
    }
    const cluster = new Cluster(nodes, onEvent)
    this.#cluster = cluster
    const source = {
      source: options.source ?? 'auto',
      node: options.sourceNode ?? nodes.find(({ role }) => role !== 'primary')?.name,
      slot,
    }
    if (source.node !== undefined) cluster.node(source.node)
    else if (source.source === 'node') {
      throw new TidegateError('CONFIG_INVALID', 'sourceNode: expected the name of a node.')
    }
    const chooser = new SourceChooser(cluster, source, onEvent)
    this.#tail = new Tail({
      ...this.#options,
      cluster,
      catalog: { publication, keys, searchPath },
      onEvent,
      choose: async () => {
        const chosen = await chooser.choose()
        this.#source = chosen.node
        return chosen
      },
    })
    this.#applied = new AppliedPositions({ cluster, table, intervalMs: options.appliedMs, onEvent })
    const { heartbeatMs = 250, restAfterMs } = options
    this.#heartbeat =
      heartbeatMs > 0
        ? new Heartbeat({ cluster, intervalMs: heartbeatMs, restAfterMs, onEvent })
        : undefined
    this.#slotWatch = new SlotWatch({
      slot,
      node: () => this.#source,
      alarmBytes: options.slotAlarmBytes,
      giveUpBytes: options.slotGiveUpBytes,
      onGiveUp: async () => await this.#giveUp(),
      onEvent,
    })
  }

  /** Runs until it is stopped. */
  async run(): Promise<void> {
    this.#running ??= this.#run()
    await this.#running
  }

  /** Ends at once: what was not raised will be sent again. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    await this.#stopping
  }

  async #stop(): Promise<void> {
    this.#abort.abort()
    this.#tail.stop()
    this.#applied.stop()
    this.#heartbeat?.stop()
    this.#slotWatch.stop()
    await this.#running
    await this.#cluster[Symbol.asyncDispose]()
  }

  /** Raises and confirms all that was read, then ends. */
  async drain(timeoutMs = 10_000): Promise<void> {
    try {
      await within(timeoutMs, 'Draining', this.#tail.drain())
    } catch {
      // What was not finished will be sent again.
    }
    await this.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #run(): Promise<void> {
    await Promise.all([
      this.#tail.run(),
      this.#applied.run(),
      this.#heartbeat?.run(),
      this.#slotWatch.run(),
      this.#watchPrimary(),
      this.#watchSchema(),
    ])
  }

  /** A promotion is seen here if nothing else has stumbled over it. */
  async #watchPrimary(): Promise<void> {
    const { failoverMs = 1_000, table } = this.#options
    const { signal } = this.#abort
    let published: string | undefined
    while (!signal.aborted) {
      try {
        await this.#cluster.findPrimary()
        const { primaryNode: primary, history } = this.#cluster
        const found = primary && `${primary.epoch} ${primary.node}`
        if (found !== published && history) {
          const before = await table.read()
          // Entries of lost work end with the history that they are of.
          const isNew = (before.history?.current ?? 0) < history.current
          const floor = isNew ? await this.#cluster.floor(undefined) : undefined
          await table.raise({ primary, history, floor })
          published = found
        }
      } catch (error) {
        if (!signal.aborted) this.#note({ name: 'failed', what: 'finding the primary', error })
      }
      await pause(failoverMs, signal)
    }
  }

  async #watchSchema(): Promise<void> {
    const { schemaMs = 10_000 } = this.#options
    const { signal } = this.#abort
    if (schemaMs === 0) return
    for (;;) {
      await pause(schemaMs, signal)
      if (signal.aborted) return
      try {
        await this.#tail.session?.checkSchema()
      } catch (error) {
        if (!signal.aborted) this.#note({ name: 'failed', what: 'reading the schema', error })
      }
    }
  }

  async #giveUp(): Promise<void> {
    this.#tail.stop()
    await pause(200, this.#abort.signal)
  }

  #note(event: ConsumerEvent): void {
    if (event.name === 'raised' && event.tags > 0) this.#heartbeat?.noteWrite()
    this.#options.onEvent?.(event)
  }
}
