/** What statements do, remembered by text, as far as the catalog of today tells. */
import { type Catalog, type Footprint, FootprintMemo, type SqlPolicy } from '../sql/index.ts'

export class Footprints {
  readonly #policy: SqlPolicy
  #catalog: Catalog | undefined
  #memo: FootprintMemo

  constructor(policy: SqlPolicy) {
    this.#policy = policy
    this.#memo = new FootprintMemo({ catalog: policy.catalog() })
  }

  read(text: string): Footprint {
    return this.#memo.read(text)
  }

  /** Another catalog may read the same texts otherwise. */
  use(catalog: Catalog | undefined): void {
    if (catalog === this.#catalog) return
    this.#catalog = catalog
    this.#memo = new FootprintMemo({ catalog: this.#policy.catalog(catalog) })
  }
}
