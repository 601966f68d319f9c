/**
 * The tokens of one session. A thin client cannot open them: an answer's token covers those that its
 * question was sent with, so it takes their place. Of questions side by side each leaves one, and the
 * next question carries them all: gateways join what comes together.
 */
import { MOST_TOKENS, TOKEN_SEPARATOR } from '../client/carriage.ts'

const form = /^[\w-]+$/

export class TokenSet {
  /** What came could not have been of ours, and is not sent. */
  readonly isRefused: boolean
  #tokens: readonly string[]

  constructor(text = '') {
    const parts = text === '' ? [] : text.split(TOKEN_SEPARATOR)
    this.isRefused = parts.length > MOST_TOKENS || !parts.every((part) => form.test(part))
    this.#tokens = this.isRefused ? [] : parts
  }

  /** To be given to `answered`. */
  get sent(): readonly string[] {
    return this.#tokens
  }

  get text(): string {
    return this.#tokens.join(TOKEN_SEPARATOR)
  }

  answered(sent: readonly string[], token: string): void {
    const kept = this.#tokens.filter((each) => !sent.includes(each))
    // An answer that moved nothing gives the token back that it came with.
    this.#tokens = kept.includes(token) ? kept : [...kept, token]
  }
}
