/** The headers of an answer that say where it lies. Their reader is `src/drivers/gateway-exchange.ts`. */
import type { ReadAnswer, WriteAnswer } from '../../src/drivers/driver.ts'
import { gatewayHeaders } from '../../src/drivers/gateway-headers.ts'
import { formatLsn } from '../../src/tide/lsn.ts'

export type Headers = Record<string, string>

export function readHeaders(answer: Omit<ReadAnswer, 'results'>): Headers {
  const { role, epoch, timeline, lo, hi, at, shown } = answer
  return {
    [gatewayHeaders.role]: role,
    [gatewayHeaders.lo]: 'xmin' in lo ? `xmin=${lo.xmin}` : formatLsn(lo.lsn),
    ...historyHeaders({ epoch, timeline }),
    ...(hi !== undefined && { [gatewayHeaders.hi]: formatLsn(hi) }),
    ...(at !== undefined && { [gatewayHeaders.at]: String(at) }),
    ...(shown.length > 0 && { [gatewayHeaders.shown]: shown.join() }),
  }
}

export function writeHeaders(answer: Omit<WriteAnswer, 'results'>): Headers {
  const { commit, epoch, timeline, seen } = answer
  return {
    ...historyHeaders({ epoch, timeline }),
    ...(commit && 'lsn' in commit && { [gatewayHeaders.commit]: formatLsn(commit.lsn) }),
    ...(seen !== undefined && { [gatewayHeaders.hi]: formatLsn(seen) }),
  }
}

function historyHeaders({ epoch, timeline }: Pick<ReadAnswer, 'epoch' | 'timeline'>): Headers {
  return {
    ...(epoch !== undefined && { [gatewayHeaders.epoch]: String(epoch) }),
    ...(timeline !== undefined && { [gatewayHeaders.timeline]: String(timeline) }),
  }
}
