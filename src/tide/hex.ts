/**
 * Unsigned 64-bit numbers as sixteen hex digits: what is greater is greater as a string too, byte by
 * byte. Lua compares by the server's locale, and in some `aa` comes after `af`: see the table's scripts.
 */
import { TidegateError } from '../errors.ts'

export const MAX_UINT64 = 0xffff_ffff_ffff_ffffn
const form = /^[0-9a-f]{16}$/

export function assertUint64(value: bigint): void {
  if (value < 0n || value > MAX_UINT64) {
    throw new TidegateError('POSITION_MALFORMED', 'A position must fit 64 bits without a sign.')
  }
}

export function toHex(value: bigint): string {
  return value.toString(16).padStart(16, '0')
}

export function fromHex(hex: string): bigint {
  if (!form.test(hex)) {
    throw new TidegateError('POSITION_MALFORMED', 'Expected sixteen lower-case hex digits.')
  }
  return BigInt(`0x${hex}`)
}
