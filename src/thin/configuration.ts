/** What a thin client is told: where the gateways are that answer for it. */
import { check, checkFields, checkList } from '../check.ts'
import type { CookieOptions } from '../client/carriage.ts'
import { checkOptions, narrowingFields } from '../client/check-options.ts'
import type { TideMetadata } from '../client/metadata.ts'
import type { NarrowingOptions } from '../client/query-options.ts'
import type { TypeParsers } from '../drivers/decode.ts'
import type { TidegateError } from '../errors.ts'
import { defineNode, type NodeOptions } from '../topology/configuration.ts'
import type { PlaceHints } from '../topology/detect-place.ts'
import type { Node } from '../topology/topology.ts'

export interface GatewayOptions extends Pick<NodeOptions, 'region' | 'url' | 'bearerToken'> {
  /** Its `/sql`. It answers with the SDK: `readThrough`, or `tidegate agent`. */
  readonly endpoint: string
}

/** What one query did, as the gateway tells it. */
export interface ThinEvent {
  /** From the call to the answer or the error. */
  readonly ms: number
  readonly tide: TideMetadata | undefined
  readonly error: TidegateError | undefined
}

export interface ThinOptions extends Pick<NarrowingOptions, 'timeoutMs'> {
  /** The nearest that is well answers. Each has the connection string of a node that it serves. */
  readonly gateways: readonly GatewayOptions[]
  /**
   * Where this code runs: a cloud's region or the code of an airport.
   * @default what the first request tells of it, and until then beside the first gateway
   */
  readonly region?: string | undefined
  /**
   * `process.env`, where there is one: `VERCEL_REGION`, `FLY_REGION` or `AWS_REGION` tells where this
   * code runs, if `region` does not.
   */
  readonly env?: PlaceHints['env']
  readonly cookie?: CookieOptions | undefined
  /** Told of each query when it has ended. */
  readonly onQuery?: ((event: ThinEvent) => void) | undefined
  /** How values are parsed. @default as `@neondatabase/serverless` does */
  readonly types?: TypeParsers | undefined
}

const fields = ['gateways', 'region', 'env', 'timeoutMs', 'cookie', 'onQuery', 'types']

/** @throws TidegateError `CONFIG_INVALID`, naming the field. Never a value: it may be a secret. */
export function checkThin(options: ThinOptions): void {
  checkFields('tidegate(…)', options, fields)
  checkOptions({ timeoutMs: options.timeoutMs }, 'tidegate(…)', narrowingFields)
}

/** @throws TidegateError as above */
export function defineGateways(gateways: ThinOptions['gateways']): readonly [Node, ...Node[]] {
  checkList('gateways', gateways)
  check(gateways.length > 0, 'gateways', 'at least one gateway')
  const [first, ...others] = gateways.map((gateway, at): Node => {
    const node = defineNode({ ...gateway, gateway: true }, `gateways[${at}]`)
    // A database of the region may have the same name.
    return { ...node, name: `gateway-${node.name}` }
  })
  if (!first) throw new TypeError('There is at least one')
  return [first, ...others]
}
