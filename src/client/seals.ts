/**
 * Sealed tokens, remembered both ways: many sessions have seen the same position, and most come back
 * with what was sealed here. To sign takes longer than all else that an answer from memory takes.
 */
import { TidegateError } from '../errors.ts'
import { openToken, sealToken } from '../tide/seal.ts'
import type { TokenKey } from '../tide/token-keys.ts'
import { joinTokens, type Token } from '../tide/token.ts'
import { MOST_TOKENS, TOKEN_SEPARATOR } from './carriage.ts'

/** Half a megabyte at most, each way. */
const MOST = 1_000

export class Seals {
  readonly #keys: () => Promise<readonly TokenKey[]>
  readonly #sealed = new Map<string, string>()
  /** Only what was sealed here or has been found good: the keys stay the same. */
  readonly #opened = new Map<string, Token>()

  constructor(keys: () => Promise<readonly TokenKey[]>) {
    this.#keys = keys
  }

  async seal(token: Token): Promise<string> {
    const { epoch, lsn, xids, xmin } = token
    const name = `${epoch}/${lsn}/${xmin}/${xids.join()}`
    const known = this.#sealed.get(name)
    if (known !== undefined) return known
    const sealed = await sealToken(token, await this.#keys())
    put(this.#sealed, name, sealed)
    put(this.#opened, sealed, token)
    return sealed
  }

  /** @throws TidegateError as `openToken` does */
  async open(text: string): Promise<Token> {
    return (await this.openAll(text)).reduce(joinTokens)
  }

  /** Those of a thin client, whose queries ran side by side. */
  async openAll(text: string): Promise<readonly Token[]> {
    const parts = text.split(TOKEN_SEPARATOR)
    if (parts.length > MOST_TOKENS) {
      throw new TidegateError('TOKEN_MALFORMED', 'These are too many session tokens.')
    }
    return await Promise.all(parts.map(async (part) => await this.#open(part)))
  }

  async #open(text: string): Promise<Token> {
    const known = this.#opened.get(text)
    if (known !== undefined) return known
    const token = await openToken(text, await this.#keys())
    put(this.#opened, text, token)
    return token
  }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= MOST) map.clear()
  map.set(key, value)
}
