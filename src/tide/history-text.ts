/**
 * A history as one string, for the tide table's `_history`: the current epoch, then the last position
 * of each ended one. The current epoch leads, so a later history is greater as a string as well and
 * the table's "raise to at least" keeps it.
 */
import { TidegateError } from '../errors.ts'
import { decodeEpoch, encodeEpoch } from './epoch.ts'
import { assertHistory, type History } from './history.ts'
import { decodePosition, encodePosition } from './position.ts'

export function encodeHistory(history: History): string {
  assertHistory(history)
  const ends = history.ended.map(({ epoch, endedAt }) => encodePosition({ epoch, lsn: endedAt }))
  return encodeEpoch(history.current) + ends.join('')
}

const form = /^([0-9a-f]{8})((?:[0-9a-f]{24})*)$/

export function decodeHistory(text: string): History {
  const [, current, ends] = form.exec(text) ?? []
  if (current === undefined || ends === undefined) {
    throw new TidegateError('POSITION_MALFORMED', 'Expected a history in fixed-width hex digits.')
  }
  const ended = (ends.match(/.{24}/g) ?? []).map((end) => {
    const { epoch, lsn } = decodePosition(end)
    return { epoch, endedAt: lsn }
  })
  const history = { ended, current: decodeEpoch(current) }
  assertHistory(history)
  return history
}
