/** A query that runs when it is first awaited, and once however often it is. */
import type { Query } from '../drivers/driver.ts'
import type { QueryOptions } from './query-options.ts'
import type { Template } from './template.ts'

/** What was said of a query: of itself, and of the `sql` that made it. It holds in a transaction as well. */
export interface SaidOptions {
  readonly query: QueryOptions
  readonly sql: QueryOptions
}

export class QueryPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'QueryPromise'
  readonly template: Template | undefined
  readonly query: Query
  readonly said: SaidOptions
  readonly #run: () => Promise<T>
  #result: Promise<T> | undefined

  constructor(
    query: Query,
    template: Template | undefined,
    said: SaidOptions,
    run: () => Promise<T>,
  ) {
    this.query = query
    this.said = said
    this.template = template
    this.#run = run
  }

  /** It was awaited, or has run in a transaction. */
  get hasBegun(): boolean {
    return this.#result !== undefined
  }

  /** It has run in a transaction: who awaits it gets what it gave there. */
  hasRun(result: T): void {
    this.#result = Promise.resolve(result)
  }

  #once(): Promise<T> {
    this.#result ??= this.#run()
    return this.#result
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is what it is for
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#once().then(onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#once().catch(onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#once().finally(onFinally)
  }
}
