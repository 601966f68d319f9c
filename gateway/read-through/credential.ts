/**
 * Whether Postgres lets a credential in, asked again every so often. An answer of the cache is given
 * without asking Postgres anything, so this stands before it: what Postgres said to another credential,
 * or said too long ago, counts for nothing.
 */
import { sqlStateOf } from '../../src/drivers/failure.ts'

/** How long Postgres is left alone after it could not be asked. */
const REST_MS = 1_000

/** `unknown`: it could not be asked. Nodes that are asked for rows will say themselves. */
export type Admission = 'admitted' | 'unknown'

export interface CredentialOptions {
  /** Connects anew, with all that belongs to it. Rejects as Postgres does. */
  readonly check: () => Promise<void>
  /** Called when it is let in no more: nothing that was opened with it is to be used again. */
  readonly onRefused: () => void
  /** For how long a check counts. */
  readonly validMs: number
  /** In ms. @default performance.now */
  readonly clock?: (() => number) | undefined
}

export class Credential {
  readonly #options: CredentialOptions
  readonly #clock: () => number
  /** When the check began that Postgres passed last. */
  #checkedAt = -Infinity
  #failedAt = -Infinity
  #checking: Promise<Admission> | undefined

  constructor(options: CredentialOptions) {
    this.#options = options
    this.#clock = options.clock ?? (() => performance.now())
  }

  /** Rejects with what Postgres says to one that it does not let in. */
  admit(): Admission | Promise<Admission> {
    const age = this.#clock() - this.#checkedAt
    const { validMs } = this.#options
    if (age < validMs) {
      // Beside the request, in time: only who comes after a long silence has to wait.
      if (age > validMs / 2) this.#check().catch(() => {})
      return 'admitted'
    }
    return this.#check()
  }

  async #check(): Promise<Admission> {
    this.#checking ??= this.#ask().finally(() => (this.#checking = undefined))
    return await this.#checking
  }

  async #ask(): Promise<Admission> {
    const begun = this.#clock()
    if (begun - this.#failedAt < REST_MS) return 'unknown'
    try {
      await this.#options.check()
      this.#checkedAt = begun
      return 'admitted'
    } catch (error) {
      if (isRefused(error)) {
        this.#checkedAt = -Infinity
        this.#options.onRefused()
        throw error
      }
      this.#failedAt = this.#clock()
      return 'unknown'
    }
  }
}

/** Class 28 is the credential itself, 3D000 its database, 42501 the right to connect there. */
function isRefused(error: unknown): boolean {
  const state = sqlStateOf(error) ?? ''
  return state.startsWith('28') || state === '3D000' || state === '42501'
}
