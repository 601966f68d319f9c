/**
 * Tidegate behind gateways that answer with the SDK: the same `sql` and sessions in a few bytes, each
 * query one hop to the nearest gateway.
 *
 * @module
 */
import { types as neonTypes } from '@neondatabase/serverless'

import { check } from '../check.ts'
import type { SessionRequest } from '../client/carriage.ts'
import { checkOptions, narrowingFields } from '../client/check-options.ts'
import { createSql } from '../client/sql.ts'
import type { AnyTidegate } from '../client/tidegate.ts'
import { detectPlace } from '../topology/detect-place.ts'
import { findRegion } from '../topology/region-names.ts'
import { regions } from '../topology/regions.ts'
import { checkThin, defineGateways, type ThinOptions } from './configuration.ts'
import { Gateways } from './gateways.ts'
import { ThinSession } from './session.ts'

export type { GatewayOptions, ThinEvent, ThinOptions } from './configuration.ts'
export type { ThinSession } from './session.ts'

export function tidegate(options: ThinOptions): AnyTidegate {
  checkThin(options)
  const { types = neonTypes, cookie = {}, env } = options
  const nodes = defineGateways(options.gateways)
  const region = options.region === undefined ? undefined : findRegion(options.region)
  check(
    options.region === undefined || region !== undefined,
    'region',
    "an airport's code or a cloud's region",
  )
  let here = region ? regions[region] : detectPlace({ env })
  const gateways = new Gateways(nodes, here ?? nodes[0].place)
  return {
    session(request?: SessionRequest, narrowing = {}) {
      checkOptions(narrowing, 'tg.session(request, …)', [...narrowingFields, 'waitUntil'])
      if (!here && request) {
        here = detectPlace(request)
        if (here) gateways.from(here)
      }
      const session = new ThinSession({ gateways, options }, request, narrowing, cookie)
      return { sql: createSql(session.runner, types), session }
    },
  }
}
