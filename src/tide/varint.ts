/** Unsigned 64-bit numbers in as few bytes as they need: seven bits each, the lowest first. */
import { MAX_UINT64 } from './hex.ts'

export function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return bytes
}

/** The numbers that `bytes` consists of; `undefined` unless each is written in its shortest form. */
export function readVarints(bytes: Uint8Array): bigint[] | undefined {
  const values: bigint[] = []
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (value > MAX_UINT64) return undefined
    if (byte > 0x7f) continue
    if (byte === 0 && shift > 7n) return undefined
    values.push(value)
    value = 0n
    shift = 0n
  }
  return shift === 0n ? values : undefined
}
