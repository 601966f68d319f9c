/**
 * Sealed tokens, remembered: many sessions have seen the same position, and to sign takes longer than
 * all else that an answer from memory takes.
 */
import { sealToken } from '../tide/seal.ts'
import type { TokenKey } from '../tide/token-keys.ts'
import type { Token } from '../tide/token.ts'

/** Half a megabyte at most. */
const MOST = 1_000

export class Seals {
  readonly #keys: () => Promise<readonly TokenKey[]>
  readonly #sealed = new Map<string, string>()

  constructor(keys: () => Promise<readonly TokenKey[]>) {
    this.#keys = keys
  }

  async seal(token: Token): Promise<string> {
    const { epoch, lsn, xids, xmin } = token
    const name = `${epoch}/${lsn}/${xmin}/${xids.join()}`
    const known = this.#sealed.get(name)
    if (known !== undefined) return known
    const sealed = await sealToken(token, await this.#keys())
    if (this.#sealed.size >= MOST) this.#sealed.clear()
    this.#sealed.set(name, sealed)
    return sealed
  }
}
