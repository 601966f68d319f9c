/**
 * Statements that end in one Sync, as `pg` takes queries of others' making: what `pg` itself sends has a
 * Sync behind each statement, and so a `begin` that is refused would not keep the rest from running.
 */
import type { Connection, FieldDef, Submittable } from 'pg'

import type { Segment } from './statement.ts'

interface Ends {
  /** Postgres has answered all and waits for more. */
  ready(): void
  /** Of each unit the first failure only. The connection may not be ready yet, or not be any more. */
  failed(error: unknown): void
  /** It was asked to copy, or a result is not wanted any more: the connection is of no use now. */
  spoiled(error: unknown): void
}

export class SegmentQuery implements Submittable {
  readonly #segment: Segment
  readonly #write: (connection: Connection) => void
  readonly #ends: Ends
  #index = 0

  constructor(segment: Segment, write: (connection: Connection) => void, ends: Ends) {
    this.#segment = segment
    this.#write = write
    this.#ends = ends
  }

  submit(connection: Connection): void {
    this.#write(connection)
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
    this.#segment[this.#index]?.sink?.fields(fields)
  }

  handleDataRow(message: {
    readonly fields: readonly (string | null)[]
    readonly length: number
  }): void {
    try {
      this.#segment[this.#index]?.sink?.row(message.fields, message.length)
    } catch (error) {
      this.#ends.spoiled(error)
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#segment[this.#index]?.sink?.complete(text)
    this.#index += 1
  }

  handleEmptyQuery(): void {
    this.#segment[this.#index]?.sink?.complete('')
    this.#index += 1
  }

  handleReadyForQuery(): void {
    this.#ends.ready()
  }

  handleError(error: unknown): void {
    this.#ends.failed(error)
  }

  handleCopyInResponse(): void {
    this.#ends.spoiled(new CopyRefused())
  }

  handleCopyData(): void {
    this.#ends.spoiled(new CopyRefused())
  }
}

/** Copying needs a stream in a direction that a request and its answer do not have. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused'

  constructor() {
    super('COPY from or to the client is not possible over HTTP')
  }
}
