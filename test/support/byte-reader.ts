/** Reads the frontend/backend protocol's types, one after another. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  skip(length: number): number {
    const start = this.#at
    this.#at += length
    return start
  }

  uint8(): number {
    return this.#view.getUint8(this.skip(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2))
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4))
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.skip(8))
  }

  character(): string {
    return String.fromCharCode(this.uint8())
  }

  string(length: number): string {
    const start = this.skip(length)
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length))
  }

  /** Up to a zero byte. */
  text(): string {
    const length = this.#bytes.indexOf(0, this.#at) - this.#at
    const text = this.string(length)
    this.skip(1)
    return text
  }
}
