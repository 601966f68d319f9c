/**
 * The token of one session while a request is answered. Queries of one request may run side by side:
 * each reads it when it starts and raises it when it ends, and a join knows no order.
 */
import { isTidegateError, type TidegateErrorCode } from '../errors.ts'
import type { Knowledge } from '../gate/knowledge.ts'
import { type Position, reaches } from '../tide/position.ts'
import { settleToken } from '../tide/settle-token.ts'
import {
  asksForXids,
  EMPTY_TOKEN,
  isRetired,
  joinTokens,
  raiseToken,
  type Token,
  toToken,
} from '../tide/token.ts'
import { type Xid, XID_ZERO } from '../tide/xid.ts'
import type { Seals } from './seals.ts'

export class SessionToken {
  readonly #knowledge: Knowledge
  #token: Token = EMPTY_TOKEN
  #opening: Promise<void> | undefined
  /** What the token said when it came, to tell whether it has moved. */
  #received: Token = EMPTY_TOKEN
  lost = false
  doubtful = false
  refused: TidegateErrorCode | undefined
  /** The history does not know it: only the newest data is surely new enough. */
  unknown = false

  constructor(knowledge: Knowledge, text: string | undefined, seals: Seals) {
    this.#knowledge = knowledge
    if (text !== undefined && text !== '') this.#opening = this.#open(text, seals)
  }

  async #open(text: string, seals: Seals): Promise<void> {
    const [first = EMPTY_TOKEN, ...others] = await this.#unseal(text, seals)
    this.#token = first
    this.#received = first
    for (const token of others) {
      this.#settleBefore(token.epoch)
      this.#judgeOlder(token)
      this.#token = joinTokens(this.#token, token)
    }
  }

  async #unseal(text: string, seals: Seals): Promise<readonly Token[]> {
    try {
      return await seals.openAll(text)
    } catch (error) {
      if (!isTidegateError(error) || error.code === 'CONFIG_INVALID') throw error
      // Somebody else's token, a forged one, or one whose key is gone: the session starts anew.
      this.refused = error.code
      return []
    }
  }

  /** What the session's next answer must not fall behind, as today's history has it. */
  async current(): Promise<Token> {
    await this.#opening
    this.#settle()
    return this.#token
  }

  #settle(): void {
    const settled = settleToken(this.#token, this.#knowledge.history)
    this.unknown = settled.outcome === 'unknown'
    if (settled.outcome === 'unknown') return
    if (settled.outcome === 'lost') this.lost = true
    if (settled.outcome === 'doubtful') this.doubtful = true
    this.#token = settled.token
  }

  /** What comes of a newer epoch replaces the token, and with it what could tell of a loss. */
  #settleBefore(epoch: number): void {
    if (epoch <= this.#token.epoch || isEmpty(this.#token)) return
    if (epoch <= this.#knowledge.history.current) this.#settle()
    if (epoch > this.#knowledge.history.current || this.unknown) this.doubtful = true
  }

  /**
   * What comes of an older epoch than the token's leaves no trace in it: whether a failover has taken
   * it away is to be told now or never. A primary that was replaced may go on for a while.
   */
  #judgeOlder(answered: Token): void {
    const { history } = this.#knowledge
    if (answered.epoch >= this.#token.epoch) return
    const { outcome } = settleToken(answered, history)
    if (outcome === 'lost') this.lost = true
    else if (outcome !== 'kept' || history.current < this.#token.epoch) this.doubtful = true
  }

  /**
   * An answer has shown what lies up to `hi`, and all that `met` asked for, if it was asked to. What
   * the session wrote in the meantime stays.
   */
  read(hi: Position | undefined, met: Token | undefined): void {
    if (hi === undefined) return
    this.#judgeOlder(toToken(hi))
    // Most reads show nothing new.
    if (!asksForXids(this.#token) && reaches(this.#token, hi)) return
    this.#settleBefore(hi.epoch)
    const { xids, xmin } = this.#token
    const rest = met
      ? {
          xids: xids.filter((xid) => !met.xids.includes(xid)),
          xmin: xmin === met.xmin ? XID_ZERO : xmin,
        }
      : { xids, xmin }
    this.#token = raiseToken(toToken({ ...this.#token, ...rest }), hi)
  }

  /** A write was acknowledged. */
  wrote(commit: Position | { readonly epoch: number; readonly xid: Xid }): void {
    const written =
      'lsn' in commit ? toToken(commit) : toToken({ epoch: commit.epoch, xids: [commit.xid] })
    this.#settleBefore(commit.epoch)
    this.#judgeOlder(written)
    this.#token = joinTokens(this.#token, written)
  }

  async moved(): Promise<boolean> {
    const token = await this.current()
    return token !== this.#received
  }

  /** Every replica is past it: it asks nothing of anybody any more. */
  async retired(): Promise<boolean> {
    const token = await this.current()
    const replicas = [...this.#knowledge.nodes.values()].filter(({ role }) => role !== 'primary')
    return isRetired(
      token,
      replicas.map(({ tide }) => tide),
    )
  }
}

function isEmpty(token: Token): boolean {
  return reaches(EMPTY_TOKEN, token) && !asksForXids(token)
}
