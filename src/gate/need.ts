/** How fresh an answer must be, and whether one is. */
import type { NodeRole } from '../drivers/driver.ts'
import { covers } from '../tide/covers.ts'
import { type Position, reaches } from '../tide/position.ts'
import type { Stamp } from '../tide/stamp.ts'
import { asksForXids, type Token, toToken } from '../tide/token.ts'
import type { Xid } from '../tide/xid.ts'

export type Need =
  | { readonly kind: 'any' }
  /** What is committed now: the primary's answer, of no older epoch than the session is in. */
  | { readonly kind: 'strong'; readonly epoch?: number | undefined }
  /**
   * Every write acknowledged before this moment of the primary's clock, in ms, by a primary of no
   * older epoch than is known: one that was replaced and goes on has a clock too.
   */
  | { readonly kind: 'within'; readonly since: number; readonly epoch?: number | undefined }
  /** Everything that the token asks. Must have been settled against the history. */
  | { readonly kind: 'token'; readonly token: Token }

/** What an answer has shown, placed in the history. */
export interface Sight {
  readonly role: NodeRole
  readonly lo: Stamp['lo']
  /** `undefined` where the node cannot tell: then a session would not know what it has seen. */
  readonly hi: Position | undefined
  readonly shown: readonly Xid[]
  /** It has every write acknowledged before this moment of the primary's clock. */
  readonly at: number | undefined
}

export function meets(need: Need, sight: Sight): boolean {
  switch (need.kind) {
    case 'any':
      return true
    case 'strong':
      return sight.role === 'primary' && sight.lo.epoch >= (need.epoch ?? 0)
    case 'within':
      if (sight.lo.epoch < (need.epoch ?? 0)) return false
      return sight.role === 'primary' || (sight.at !== undefined && sight.at >= need.since)
    case 'token':
      if (sight.hi === undefined) return false
      // What was acknowledged is visible on the primary, whatever its LSN says (fact 3).
      if (sight.role === 'primary') return sight.lo.epoch >= need.token.epoch
      return covers(sight.lo, withoutShown(need.token, sight.shown))
  }
}

function withoutShown(token: Token, shown: readonly Xid[]): Token {
  return toToken({ ...token, xids: token.xids.filter((xid) => !shown.includes(xid)) })
}

/** What is known of a node before it is asked. */
export interface Known {
  readonly tide: Position
  readonly at: number | undefined
}

/** Whether a replica surely meets the need, by what is known of it already. */
export function suffices(need: Need, known: Known): boolean {
  switch (need.kind) {
    case 'any':
      return true
    case 'strong':
      return false
    case 'within':
      if (known.tide.epoch < (need.epoch ?? 0)) return false
      return known.at !== undefined && known.at >= need.since
    case 'token':
      return !asksForXids(need.token) && reaches(known.tide, need.token)
  }
}

/** For people, in errors and reasons. */
export function describeNeed(need: Need): string {
  switch (need.kind) {
    case 'any':
      return 'any answer'
    case 'strong':
      return 'the newest data'
    case 'within':
      return `data no older than ${new Date(need.since).toISOString()}`
    case 'token':
      return "this session's writes and reads"
  }
}
