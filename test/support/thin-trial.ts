/** The thin client, for what an app author may rely on. */
import { tidegate } from '../../src/thin/index.ts'
import type { Trial } from './sdk-behaviour.ts'

let clients = 0

export function thinTrial(): Trial {
  return {
    clientIn(region, places) {
      clients += 1
      // By another connection string gateways take it for somebody new, of whom nothing is measured.
      const name = `client-${clients}`
      return tidegate({
        gateways: (['iad', 'fra', 'lhr'] as const).map((at) => ({
          region: at,
          url: `${String(places[at].url)}?application_name=${name}`,
          endpoint: places[at].endpoint ?? '',
        })),
        region,
        timeoutMs: 20_000,
      })
    },
  }
}
