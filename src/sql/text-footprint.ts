import { fingerprintOf } from './fingerprint.ts'
import type { Footprint } from './footprint.ts'
import type { Hints } from './hints.ts'
import type { Key } from './keys.ts'
import type { Kind } from './kind.ts'
import { readTokens } from './lexer.ts'

/** What is found out at once, because routing asks for it. */
export type Verdict = Omit<Footprint, 'cacheable' | 'hints' | 'fingerprint'>

/**
 * A footprint whose fingerprint is worked out when it is first asked for. Only rules, metrics and
 * learned exceptions ask, and then the text is cut into tokens a second time.
 */
export class TextFootprint implements Footprint {
  readonly kind: Kind
  readonly reason: string
  readonly statements: number
  readonly tables: Footprint['tables']
  readonly functions: readonly string[]
  readonly locks: readonly string[]
  readonly explain: Footprint['explain']
  readonly copy: Footprint['copy']
  readonly local: boolean
  readonly cacheable: boolean
  readonly uncacheable: string | undefined
  readonly keys: readonly Key[]
  readonly hints: Hints
  readonly #text: string
  #fingerprint: string | undefined = undefined

  constructor(text: string, hints: Hints, verdict: Verdict) {
    this.kind = verdict.kind
    this.reason = verdict.reason
    this.statements = verdict.statements
    this.tables = verdict.tables
    this.functions = verdict.functions
    this.locks = verdict.locks
    this.explain = verdict.explain
    this.copy = verdict.copy
    this.local = verdict.local
    this.cacheable = verdict.uncacheable === undefined
    this.uncacheable = verdict.uncacheable
    this.keys = verdict.keys
    this.hints = hints
    this.#text = text
  }

  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf(readTokens(this.#text))
    return this.#fingerprint
  }

  /** A getter is no property of the object's own, so `JSON.stringify` would leave it out. */
  toJSON(): Footprint {
    return Object.assign({}, this, { fingerprint: this.fingerprint })
  }
}
