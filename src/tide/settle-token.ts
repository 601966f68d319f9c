/** What becomes of a session's token when a promotion has forked the history. */
import { endOf, type History, settle, switchPoint } from './history.ts'
import { asksForXids, type Token, toToken } from './token.ts'

/**
 * - `kept`: go on with the token as it is.
 * - `lost`: the session has written or seen what is gone. Tell it, and go on with `token`.
 * - `doubtful`: the same, but of writes known by transaction id only nobody can tell. The new primary
 *   gives the ids that it has never seen to other transactions, so it must not be asked about them.
 * - `unknown`: this history does not know the token's epoch. Nothing may be claimed to be as fresh.
 *
 * In each case `token` asks for all that survived of what the session has written and seen.
 */
export type SettledToken =
  | { readonly outcome: 'kept' | 'lost' | 'doubtful'; readonly token: Token }
  | { readonly outcome: 'unknown' }

export function settleToken(token: Token, history: History): SettledToken {
  const settled = settle(token, history)
  if (settled.outcome === 'unknown') return settled
  if (settled.outcome === 'lost') return { outcome: 'lost', token: toToken(settled.need) }
  const end = asksForXids(token) ? endOf(token.epoch, history) : undefined
  if (end === undefined) return { outcome: 'kept', token }
  // What survived of them was committed before the fork.
  return { outcome: 'doubtful', token: toToken(switchPoint(end, history)) }
}
