/**
 * Walks over a row as pgoutput sends it and finds the columns that are asked for, without making
 * anything of the others: most of what is sent is of no use here.
 *
 * @see https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html
 */
const NULL = 0x6e
const UNCHANGED = 0x75

const ABSENT_LENGTH = -1
const UNCHANGED_LENGTH = -2

/** Where the values of one row's first columns lie. Filled again by each walk. */
export class Tuple {
  #spans = new Int32Array(64)
  #columns = 0
  #message: Buffer = Buffer.alloc(0)

  /**
   * Notes where the first `columns` columns lie and answers where the row ends; with `stopEarly`,
   * where the last of those ends.
   */
  walk(message: Buffer, start: number, columns: number, stopEarly: boolean): number {
    this.#message = message
    if (columns * 2 > this.#spans.length) this.#spans = new Int32Array(columns * 4)
    const spans = this.#spans
    const count = message.readUInt16BE(start)
    const last = stopEarly ? Math.min(count, columns) : count
    let at = start + 2
    for (let index = 0; index < last; index += 1) {
      const form = message[at]
      at += 1
      let length = ABSENT_LENGTH
      if (form === UNCHANGED) length = UNCHANGED_LENGTH
      else if (form !== NULL) {
        length = message.readUInt32BE(at)
        at += 4
      }
      if (index < columns) {
        spans[index * 2] = at
        spans[index * 2 + 1] = length
      }
      if (length > 0) at += length
    }
    if (at > message.length) throw new RangeError('A row ends after its message.')
    this.#columns = Math.min(count, columns)
    return at
  }

  /** A value that was stored out of line and not changed is not sent. */
  isUnchanged(column: number): boolean {
    return column >= this.#columns || this.#spans[column * 2 + 1] === UNCHANGED_LENGTH
  }

  isNull(column: number): boolean {
    return this.#spans[column * 2 + 1] === ABSENT_LENGTH
  }

  bytes(column: number): number {
    return this.#spans[column * 2 + 1] ?? 0
  }

  text(column: number): string {
    const start = this.#spans[column * 2] ?? 0
    const length = this.#spans[column * 2 + 1] ?? 0
    return this.#message.toString('utf8', start, start + length)
  }
}
