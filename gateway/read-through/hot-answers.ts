/**
 * Answers from the cache as they were written, given again for a moment to whoever asks the very same
 * and needs nothing newer: who has seen nothing yet, or nothing but this answer. A page that everybody
 * looks at is planned, judged and written a few times a second, however many look.
 */
import { Lru } from '../../src/cache/lru.ts'
import type { ReadHeader } from '../protocol/request.ts'
import type { Answer } from '../sql/endpoint.ts'

/** By so much an answer may be older than what the tier in memory would give. */
export const HOT_MS = 100
/** More than a text in Latin script takes; and what surrounds it. */
const BYTES_PER_CHARACTER = 2
const ANSWER_BYTES = 1_000

interface Hot {
  readonly answer: Answer
  readonly token: string
  /** Of the tide table in this process, where it has one. */
  readonly version: number
}

/** All that an answer is shaped by besides its body and who asks. */
const shapedBy = [
  'neon-array-mode',
  'neon-raw-text-output',
  'tidegate-cache',
  'neon-batch-read-only',
  'neon-batch-isolation-level',
  'neon-batch-deferrable',
]

export class HotAnswers {
  readonly #hot: Lru<Hot>

  constructor(maxBytes: number) {
    this.#hot = new Lru(maxBytes)
  }

  /** `undefined`: an answer to this may be bound to its moment, and is not kept. */
  nameOf(guest: number, header: ReadHeader, body: string): string | undefined {
    // How old it may be is said by the header, or by a hint in the text.
    if (header('tidegate-freshness') !== undefined || /tidegate:/i.test(body)) return undefined
    // No header holds the end of a line.
    return [guest, ...shapedBy.map(header), body].join('\n')
  }

  get(name: string, token: string, version: number): Answer | undefined {
    const hot = this.#hot.get(name, performance.now())
    if (!hot || hot.version !== version) return undefined
    return token === '' || token === hot.token ? hot.answer : undefined
  }

  put(name: string, hot: Hot): void {
    const bytes = ANSWER_BYTES + (name.length + hot.answer.body.length) * BYTES_PER_CHARACTER
    this.#hot.set(name, hot, bytes, performance.now() + HOT_MS)
  }
}
