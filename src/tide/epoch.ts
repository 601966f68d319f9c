/**
 * An epoch numbers one history of the cluster, from 1 upwards. It rises when a promotion forks the
 * primary's timeline, and fits 32 bits, as a timeline id does.
 */
import { TidegateError } from '../errors.ts'

export const FIRST_EPOCH = 1
export const LAST_EPOCH = 0xffff_ffff

/** Refuses what would break the fixed width, and with it the order of every string it is part of. */
export function assertEpoch(epoch: number): void {
  if (!Number.isInteger(epoch) || epoch < FIRST_EPOCH || epoch > LAST_EPOCH) {
    throw new TidegateError(
      'POSITION_MALFORMED',
      'An epoch must be a whole number from 1 to 2^32-1.',
    )
  }
}

export function encodeEpoch(epoch: number): string {
  assertEpoch(epoch)
  return epoch.toString(16).padStart(8, '0')
}

const form = /^[0-9a-f]{8}$/

export function decodeEpoch(hex: string): number {
  if (!form.test(hex)) {
    throw new TidegateError('POSITION_MALFORMED', 'Expected eight lower-case hex digits.')
  }
  const epoch = Number.parseInt(hex, 16)
  assertEpoch(epoch)
  return epoch
}
