/** Measures what the slot costs its server, and gives it up before it fills the disk, if told to. */
import { pause } from '../backoff.ts'
import type { ConsumerEvent } from '../events.ts'
import type { ClusterNode } from '../nodes/cluster-node.ts'
import { dropSlot, slotState } from './slots.ts'

export interface SlotWatchOptions {
  readonly slot: string
  /** The node that has it, once that has been chosen. */
  readonly node: () => ClusterNode | undefined
  /** @default 5_000 */
  readonly intervalMs?: number | undefined
  /** @default 1 GiB */
  readonly alarmBytes?: number | undefined
  /** @default never */
  readonly giveUpBytes?: number | undefined
  /** Ends the reading, so that the slot can be dropped. */
  readonly onGiveUp: () => Promise<void>
  readonly onEvent: (event: ConsumerEvent) => void
}

const GIGABYTE = 1024 ** 3

export class SlotWatch {
  readonly #options: SlotWatchOptions
  readonly #abort = new AbortController()

  constructor(options: SlotWatchOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { node, onEvent, intervalMs = 5_000 } = this.#options
    const { signal } = this.#abort
    while (!signal.aborted) {
      const holder = node()
      try {
        if (holder) await this.#measure(holder)
      } catch (error) {
        if (!signal.aborted) onEvent({ name: 'failed', what: 'measuring the slot', error })
      }
      await pause(intervalMs, signal)
    }
  }

  stop(): void {
    this.#abort.abort()
  }

  async #measure(node: ClusterNode): Promise<void> {
    const { slot, onEvent, onGiveUp, alarmBytes = GIGABYTE, giveUpBytes } = this.#options
    const { status, retainedBytes, safeBytes } = await slotState(node, slot)
    const mine = giveUpBytes === undefined ? [] : [Math.max(0, giveUpBytes - retainedBytes)]
    const rooms = safeBytes === undefined ? mine : [...mine, safeBytes]
    const roomBytes = rooms.length > 0 ? Math.min(...rooms) : undefined
    onEvent({ name: 'slot-measured', retainedBytes, roomBytes, status })
    if (retainedBytes > alarmBytes) onEvent({ name: 'slot-alarm', retainedBytes })
    if (giveUpBytes === undefined || retainedBytes <= giveUpBytes) return
    await onGiveUp()
    await dropSlot(node, slot)
    onEvent({ name: 'slot-given-up', retainedBytes })
  }
}
