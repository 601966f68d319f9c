/** What a consumer measures, for Prometheus. Each consumer has a registry of its own. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

import type { ConsumerEvent } from '../events.ts'
import { floorCauses } from '../sink/batch.ts'

const DELAYS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]

export class ConsumerMetrics {
  readonly registry: Registry = new Registry()
  readonly #transactions: Counter
  readonly #rows: Counter
  readonly #tags: Counter
  readonly #raise: Histogram
  readonly #delay: Histogram
  readonly #horizonLsn: Gauge
  readonly #epoch: Gauge
  readonly #floors: Counter<'cause'>
  readonly #ended: Counter<'problem'>
  readonly #tableErrors: Counter
  readonly #pressure: Counter
  readonly #foreign: Counter
  readonly #retained: Gauge
  readonly #room: Gauge
  readonly #alarm: Gauge
  readonly #leading: Gauge
  readonly #beatErrors: Counter
  readonly #lagBytes: Gauge<'node'>
  readonly #lagSeconds: Gauge<'node'>
  readonly #lag: Histogram<'node'>
  readonly #compacted: Counter
  readonly #unknown: Counter<'node'>
  #horizonAt: number | undefined
  #horizon = 0n

  constructor() {
    const registers = [this.registry]
    const counter = <Label extends string = never>(
      name: string,
      help: string,
      labelNames: readonly Label[] = [],
    ): Counter<Label> =>
      new Counter({ name: `tidegate_${name}`, help, labelNames: [...labelNames], registers })
    const gauge = <Label extends string = never>(
      name: string,
      help: string,
      labelNames: readonly Label[] = [],
    ): Gauge<Label> =>
      new Gauge({ name: `tidegate_${name}`, help, labelNames: [...labelNames], registers })
    const histogram = <Label extends string = never>(
      name: string,
      help: string,
      labelNames: readonly Label[] = [],
    ): Histogram<Label> =>
      new Histogram({
        name: `tidegate_${name}`,
        help,
        buckets: DELAYS,
        labelNames: [...labelNames],
        registers,
      })

    collectDefaultMetrics({ register: this.registry })
    this.#transactions = counter('transactions_total', 'Transactions raised.')
    this.#rows = counter('changes_total', 'Row changes raised.')
    this.#tags = counter('tags_total', 'Tags raised.')
    this.#raise = histogram('raise_seconds', 'How long one raise of the tide table takes.')
    this.#delay = histogram('delay_seconds', 'From a commit’s arrival until it has been raised.')
    this.#horizonLsn = gauge('horizon_bytes', 'The horizon’s place in the WAL.')
    this.#epoch = gauge('epoch', 'The number of the history that is followed.')
    this.#floors = counter('floor_raises_total', 'Times that the floor was raised.', ['cause'])
    // Of what has never happened a rate is to be 0, not nothing.
    for (const cause of floorCauses) this.#floors.inc({ cause }, 0)
    this.#ended = counter('stream_ends_total', 'Times that the stream ended.', ['problem'])
    this.#tableErrors = counter('table_errors_total', 'Raises that failed and were repeated.')
    this.#pressure = counter('pauses_total', 'Times that the server was made to wait.')
    this.#foreign = counter('foreign_writes_total', 'Writes to a subscriber from elsewhere.')
    this.#retained = gauge('slot_retained_bytes', 'WAL that the server keeps for the slot.')
    this.#room = gauge('slot_room_bytes', 'WAL that the slot may still keep. None: no limit.')
    // A gauge without labels begins with 0, which would be «full».
    this.#room.remove()
    this.#alarm = gauge('slot_alarm', '1 while the slot keeps more than it should.')
    this.#leading = gauge('leading', '1 while this consumer beats for all.')
    this.#beatErrors = counter('heartbeat_errors_total', 'Heartbeats that failed.')
    this.#lagBytes = gauge('node_lag_bytes', 'How far a node is behind the horizon.', ['node'])
    this.#lagSeconds = gauge('node_lag_seconds', 'How old what a node shows is.', ['node'])
    this.#lag = histogram('node_lag', 'How old what a node shows is, over time, in s.', ['node'])
    this.#compacted = counter('compacted_tags_total', 'Tags removed from the table.')
    this.#unknown = counter('node_unknown_total', 'Times that a node told no position.', ['node'])
    const horizonAge = new Gauge({
      name: 'tidegate_horizon_age_seconds',
      help: 'How long ago the primary’s clock stood where the horizon is.',
      registers,
      collect: () => {
        if (this.#horizonAt !== undefined) horizonAge.set(ageSeconds(this.#horizonAt))
      },
    })
  }

  note(event: ConsumerEvent): void {
    switch (event.name) {
      case 'raised':
        this.#raised(event)
        break
      case 'node-polled':
        if (event.at !== undefined) {
          const age = event.role === 'primary' ? 0 : ageSeconds(event.at)
          this.#lagSeconds.set({ node: event.node }, age)
          this.#lag.observe({ node: event.node }, age)
        }
        if (event.lsn !== undefined && event.role !== 'primary') {
          const behind = this.#horizon > event.lsn ? this.#horizon - event.lsn : 0n
          this.#lagBytes.set({ node: event.node }, Number(behind))
        }
        break
      case 'node-unknown':
        this.#unknown.inc({ node: event.node })
        break
      case 'stream-ended':
        this.#ended.inc({ problem: event.problem })
        break
      case 'raise-failed':
        this.#tableErrors.inc()
        break
      case 'pressure':
        if (event.isFull) this.#pressure.inc()
        break
      case 'foreign-write':
        this.#foreign.inc()
        break
      case 'slot-measured':
        this.#retained.set(event.retainedBytes)
        if (event.roomBytes === undefined) this.#room.remove()
        else this.#room.set(event.roomBytes)
        this.#alarm.set(0)
        break
      case 'slot-alarm':
        this.#alarm.set(1)
        break
      case 'leading':
        this.#leading.set(event.isLeading ? 1 : 0)
        break
      case 'beat-failed':
        this.#beatErrors.inc()
        break
      case 'compacted':
        this.#compacted.inc(event.removed)
        break
      case 'history-changed':
        this.#epoch.set(event.epoch)
        break
      case 'source-chosen':
      case 'streaming':
      case 'catalog-published':
      case 'beat':
      case 'slot-given-up':
      case 'failed':
        break
    }
  }

  #raised(event: Extract<ConsumerEvent, { readonly name: 'raised' }>): void {
    this.#transactions.inc(event.transactions)
    this.#rows.inc(event.rows)
    this.#tags.inc(event.tags)
    this.#raise.observe(event.raiseMs / 1000)
    if (event.transactions > 0) this.#delay.observe(event.delayMs / 1000)
    for (const cause of event.floorCauses) this.#floors.inc({ cause })
    if (!event.horizon) return
    this.#horizon = event.horizon.lsn
    this.#horizonAt = event.horizon.at
    this.#horizonLsn.set(Number(event.horizon.lsn))
    this.#epoch.set(event.horizon.epoch)
  }
}

function ageSeconds(at: number): number {
  return Math.max(0, (Date.now() - at) / 1000)
}
