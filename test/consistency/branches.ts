/**
 * What each key was seen to hold, as a tree: a value is only ever appended, so what is seen is a path
 * from the root, and all that was ever seen of a key is one path, unless a failover has cut it back.
 */

/** What a key held: its value and all those before it. */
export class Point {
  readonly key: number
  readonly value: number
  readonly length: number
  readonly parent: Point | undefined
  readonly #children: Point[] = []

  constructor(key: number, value: number, parent: Point | undefined) {
    this.key = key
    this.value = value
    this.parent = parent
    this.length = parent === undefined ? 0 : parent.length + 1
  }

  child(value: number): { readonly point: Point; readonly isNew: boolean } {
    // More than one only where a failover has cut it back.
    const known = this.#children.find((each) => each.value === value)
    if (known) return { point: known, isNew: false }
    const point = new Point(this.key, value, this)
    this.#children.push(point)
    return { point, isNew: true }
  }

  /** What it held when there were so many values. */
  back(length: number): Point {
    let point: Point = this
    while (point.length > length && point.parent) point = point.parent
    return point
  }

  holds(other: Point): boolean {
    return this.back(other.length) === other
  }
}

const NOTHING = 0

export class Branches {
  readonly #roots = new Map<number, Point>()
  readonly #all: Point[] = []
  readonly #byValue = new Map<string, Point>()

  /** In the order in which they were seen: what a point stands on comes before it. */
  get all(): readonly Point[] {
    return this.#all
  }

  root(key: number): Point {
    const known = this.#roots.get(key)
    if (known) return known
    const root = new Point(key, NOTHING, undefined)
    this.#roots.set(key, root)
    return root
  }

  see(key: number, values: readonly number[]): Point {
    let point = this.root(key)
    for (const value of values) {
      const child = point.child(value)
      point = child.point
      if (!child.isNew) continue
      this.#all.push(point)
      this.#byValue.set(`${key},${value}`, point)
    }
    return point
  }

  /** Where somebody has seen a value, at its latest. */
  find(key: number, value: number): Point | undefined {
    return this.#byValue.get(`${key},${value}`)
  }
}
