/** What things are called: the tags that consumers raise are those that answers depend on. */
import type { CacheKey } from '../../src/cache/index.ts'
import { everyRowTag, rowTag, tableTag } from '../../src/cache/tags.ts'

export interface Tags {
  /** Raised when the row changes. */
  readonly raised: readonly string[]
  /** Whose rise makes an answer stale. */
  readonly dependsOn: readonly string[]
  readonly key: CacheKey
}

/** Made when they are first wanted: of a million rows most are never touched. */
export class Names {
  readonly #rows: number
  readonly #lists: number
  readonly #known = new Map<number, Tags>()

  constructor(rows: number, lists: number) {
    this.#rows = rows
    this.#lists = lists
  }

  isList(thing: number): boolean {
    return thing >= this.#rows
  }

  of(thing: number): Tags {
    let tags = this.#known.get(thing)
    if (!tags) this.#known.set(thing, (tags = this.#make(thing)))
    return tags
  }

  #make(thing: number): Tags {
    const isList = this.isList(thing)
    const name = {
      schema: 'public',
      name: `item_${isList ? thing - this.#rows : thing % this.#lists}`,
    }
    const [whole, every] = [tableTag(name), everyRowTag(name)]
    if (isList) return { raised: [whole], dependsOn: [whole], key: { text: `list ${thing}` } }
    const own = rowTag(name, 'id', String(thing)) ?? every
    return { raised: [whole, own], dependsOn: [own, every], key: { text: `row ${thing}` } }
  }
}
