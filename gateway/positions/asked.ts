/** What a request asks of positions, by Tidegate's own headers. */
import { gatewayHeaders } from '../../src/drivers/gateway-headers.ts'
import { assertEpoch } from '../../src/tide/epoch.ts'
import { parseLsn } from '../../src/tide/lsn.ts'
import type { Position } from '../../src/tide/position.ts'
import { parseXid, type Xid } from '../../src/tide/xid.ts'
import { Refusal } from '../protocol/refusal.ts'
import type { ReadHeader } from '../protocol/request.ts'

export interface Asked {
  /** The answer is to carry positions. */
  readonly positions: boolean
  /** A single statement is to run READ ONLY. */
  readonly readOnly: boolean
  readonly need: Position | undefined
  readonly waitMs: number
  readonly xids: readonly Xid[]
}

const names = {
  positions: gatewayHeaders.positions.toLowerCase(),
  readOnly: gatewayHeaders.readOnly.toLowerCase(),
  need: gatewayHeaders.need.toLowerCase(),
  waitMs: gatewayHeaders.waitMs.toLowerCase(),
  xids: gatewayHeaders.xids.toLowerCase(),
}

const MOST_XIDS = 1_000

export function readAsked(header: ReadHeader, maxWaitMs: number): Asked {
  const need = header(names.need)
  // That a need was met is proved by the positions of the answer.
  const positions = need !== undefined || header(names.positions) === 'true'
  const waitMs = header(names.waitMs)
  const xids = header(names.xids)
  return {
    positions,
    readOnly: header(names.readOnly) === 'true',
    need: need === undefined ? undefined : parseHeader(gatewayHeaders.need, need, parseNeed),
    waitMs:
      waitMs === undefined
        ? 0
        : Math.min(parseHeader(gatewayHeaders.waitMs, waitMs, parseMs), maxWaitMs),
    xids: xids === undefined ? [] : parseHeader(gatewayHeaders.xids, xids, parseXids),
  }
}

/** The parsers' own messages say what they expected and never what they got. */
function parseHeader<T>(name: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text)
  } catch (error) {
    const expected = error instanceof Error ? error.message : ''
    throw new Refusal(400, `invalid header: ${name}. ${expected}`, { cause: error })
  }
}

function parseNeed(text: string): Position {
  const [epochText = '', lsnText = '', ...rest] = text.split(':')
  if (!/^\d{1,10}$/.test(epochText) || rest.length > 0) {
    throw new SyntaxError('Expected an epoch and a WAL position such as 1:16/B374D848.')
  }
  const epoch = Number(epochText)
  assertEpoch(epoch)
  return { epoch, lsn: parseLsn(lsnText) }
}

function parseMs(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new SyntaxError('Expected whole milliseconds.')
  return Number(text)
}

function parseXids(text: string): Xid[] {
  const xids = text.split(',').map((each) => parseXid(each.trim()))
  if (xids.length > MOST_XIDS) throw new RangeError(`Expected at most ${MOST_XIDS} ids.`)
  return xids
}
