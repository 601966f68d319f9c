/** A logical slot that a test reads by SQL, so that nothing is decoded before it asks. */
import { setImmediate } from 'node:timers/promises'

import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { until } from '../../infra/local/until.ts'
import { formatLsn, type Lsn } from '../../src/tide/lsn.ts'
import { type Change, type Message, PgoutputReader } from './pgoutput.ts'

export interface Transaction {
  /** As pgoutput tells it: the low 32 bits. */
  readonly xid: number
  /** Where the commit record starts. */
  readonly commitLsn: Lsn
  /** Where it ends: the watermark. */
  readonly endLsn: Lsn
  /** When it was committed, in microseconds since 2000-01-01. */
  readonly micros: bigint
  /** Where the transaction came from, if it was applied by a subscription. */
  readonly origin: { readonly name: string; readonly lsn: Lsn } | undefined
  readonly changes: readonly Change[]
}

export interface SlotOptions {
  /** @default 'tidegate', which publishes all tables */
  readonly publication?: string
  /** Whether messages of `pg_logical_emit_message` are asked for. @default true */
  readonly messages?: boolean
}

export interface SlotState {
  readonly restart_lsn: string | null
  readonly confirmed_flush_lsn: string | null
  readonly wal_status: string | null
  readonly invalidation_reason: string | null
}

let planned = 0

export class LogicalSlot implements AsyncDisposable {
  readonly node: PostgresNode
  readonly name: string

  private constructor(node: PostgresNode, name: string) {
    this.node = node
    this.name = name
  }

  /** Everything that is committed from now on will be in it. */
  static async on(primary: PostgresNode): Promise<LogicalSlot> {
    const slot = LogicalSlot.planned(primary)
    await slot.create()
    return slot
  }

  static async onStandby(standby: PostgresNode, primary: PostgresNode): Promise<LogicalSlot> {
    const slot = LogicalSlot.planned(standby)
    const created = slot.create().then(() => true)
    await until('the slot to be created', async () => {
      await primary.query('select pg_log_standby_snapshot()')
      return await Promise.race([created, setImmediate(false)])
    })
    return slot
  }

  /** A slot with a name, not yet created. */
  static planned(node: PostgresNode): LogicalSlot {
    planned += 1
    return new LogicalSlot(node, `facts_${planned}`)
  }

  /** On a standby this waits until the primary has told which transactions are running. */
  async create(): Promise<void> {
    await this.node.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [this.name])
  }

  /** Its row in `pg_replication_slots`, which is there before the creation has ended. */
  async state(): Promise<SlotState | undefined> {
    const [row] = await this.node.query<SlotState>(
      `select restart_lsn, confirmed_flush_lsn, wal_status, invalidation_reason
       from pg_replication_slots where slot_name = $1`,
      [this.name],
    )
    return row
  }

  async advance(lsn: Lsn): Promise<void> {
    await this.node.query('select pg_replication_slot_advance($1, $2)', [this.name, formatLsn(lsn)])
  }

  /** The transactions that it holds, in the order in which they are delivered; they stay in it. */
  async transactions(options?: SlotOptions): Promise<Transaction[]> {
    return gather(await this.messages(options))
  }

  /** The one transaction that it holds. */
  async transaction(options?: SlotOptions): Promise<Transaction> {
    const transactions = await this.transactions(options)
    const [transaction] = transactions
    if (!transaction || transactions.length > 1) {
      throw new Error(`${this.name} holds ${transactions.length} transactions, not one`)
    }
    return transaction
  }

  async messages(options: SlotOptions = {}): Promise<Message[]> {
    const reader = new PgoutputReader()
    return (await this.raw(options)).flatMap((data) => reader.read(data) ?? [])
  }

  async raw({ publication = 'tidegate', messages = true }: SlotOptions = {}): Promise<Buffer[]> {
    const rows = await this.node.query<{ data: Buffer }>(
      `select data from pg_logical_slot_peek_binary_changes($1, null, null,
         'proto_version', '1', 'publication_names', $2, 'messages', $3)`,
      [this.name, publication, String(messages)],
    )
    return rows.map(({ data }) => data)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
      [this.name],
    )
  }
}

function gather(messages: readonly Message[]): Transaction[] {
  const transactions: Transaction[] = []
  let xid = 0
  let origin: Transaction['origin']
  let changes: Change[] = []
  for (const message of messages) {
    if (message.kind === 'begin') {
      xid = message.xid
      origin = undefined
      changes = []
    } else if (message.kind === 'origin') {
      origin = { name: message.name, lsn: message.lsn }
    } else if (message.kind === 'commit') {
      const { lsn: commitLsn, endLsn, micros } = message
      transactions.push({ xid, commitLsn, endLsn, micros, origin, changes })
    } else if (message.kind !== 'emitted') {
      changes.push(message)
    }
  }
  return transactions
}
