/** What statements do, remembered by text, as far as the catalog of today tells. */
import type { Catalog, Footprint, SqlPolicy } from '../sql/index.ts'
import type { insightOf } from '../sql/insight.ts'
import { readFootprint } from '../sql/read-footprint.ts'
import { TextMemo } from '../sql/text-memo.ts'

export class Footprints {
  readonly #policy: SqlPolicy
  #catalog: Catalog | undefined
  readonly #insightOf: typeof insightOf | undefined
  #memo: TextMemo

  /** @param look comes with the tides: only their cache has use for it. */
  constructor(policy: SqlPolicy, look: typeof insightOf | undefined) {
    this.#policy = policy
    this.#insightOf = look
    this.#memo = this.#memoBy(undefined)
  }

  read(text: string): Footprint {
    return this.#memo.read(text)
  }

  /** Another catalog may read the same texts otherwise. */
  use(catalog: Catalog | undefined): void {
    if (catalog === this.#catalog) return
    this.#catalog = catalog
    this.#memo = this.#memoBy(catalog)
  }

  #memoBy(published: Catalog | undefined): TextMemo {
    const catalog = this.#policy.catalog(published)
    const insight = this.#insightOf?.(catalog)
    return new TextMemo((text) => readFootprint(text, catalog, insight))
  }
}
