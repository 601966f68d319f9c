/** The tokens that let a client ask at all, before its own credential is looked at. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares digests, which are all of one length: how long it takes tells nothing of a token. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export class BearerTokens {
  readonly #digests: readonly Buffer[]

  /** Several, so that they can be changed one after the other. None: everybody may ask. */
  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digest)
  }

  admits(authorization: string | undefined): boolean {
    if (this.#digests.length === 0) return true
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    const given = digest(token)
    // All of them, whichever fits.
    return this.#digests.filter((each) => timingSafeEqual(each, given)).length > 0
  }
}
