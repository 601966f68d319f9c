/** A query that runs when it is first awaited, and once however often it is. */
import type { Query } from '../drivers/driver.ts'
import type { ResultOptions } from './query-options.ts'
import type { HasTemplate, Template } from './template.ts'

export class QueryPromise<T> implements Promise<T>, HasTemplate {
  readonly [Symbol.toStringTag] = 'QueryPromise'
  readonly template: Template | undefined
  readonly query: Query
  /** What was asked of this one's result: it holds in a transaction as well. */
  readonly shape: ResultOptions
  readonly #run: () => Promise<T>
  #result: Promise<T> | undefined

  constructor(
    query: Query,
    template: Template | undefined,
    shape: ResultOptions,
    run: () => Promise<T>,
  ) {
    this.query = query
    this.shape = shape
    this.template = template
    this.#run = run
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
