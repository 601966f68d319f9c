/** What the stack is told, checked before anything is made. */
import pulumi from '@pulumi/pulumi'

export interface RegionSettings {
  /** AWS' name of it. */
  readonly name: string
  /** Tidegate's: the code of an airport, such as fra. Nodes and slots are named by it. */
  readonly code: string
  /** The certificate of the gateway's name, in this region's ACM. */
  readonly certificateArn: string
  /** By which clients, and gateways of other regions, reach this region's gateway. */
  readonly gatewayHost: string
}

export interface Settings {
  /** The first has the primary. */
  readonly regions: readonly RegionSettings[]
  readonly image: string
  readonly database: string
  readonly instanceClass: string
  readonly storageGb: number
  readonly cacheNodeType: string
  /** RDS' authorities as a file in the image. Without it connections are encrypted and not verified. */
  readonly caFile: string | undefined
}

export function readSettings(): Settings {
  const config = new pulumi.Config('tidegate-aws')
  const regions = config.requireObject<unknown>('regions')
  if (!Array.isArray(regions) || regions.length === 0)
    throw refusal('regions', 'a list, home first')
  return {
    regions: regions.map(toRegion),
    image: config.require('image'),
    database: config.get('database') ?? 'app',
    instanceClass: config.get('instanceClass') ?? 'db.m7g.large',
    storageGb: config.getNumber('storageGb') ?? 100,
    cacheNodeType: config.get('cacheNodeType') ?? 'cache.t4g.medium',
    caFile: config.get('caFile'),
  }
}

function toRegion(given: unknown, at: number): RegionSettings {
  const field = `regions[${at}]`
  if (typeof given !== 'object' || given === null) throw refusal(field, 'an object')
  const known = new Map<string, unknown>(Object.entries(given))
  const text = (name: string, pattern: RegExp, expected: string): string => {
    const value = known.get(name)
    if (typeof value === 'string' && pattern.test(value)) return value
    throw refusal(`${field}.${name}`, expected)
  }
  return {
    name: text('name', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region of AWS, such as eu-central-1'),
    code: text('code', /^[a-z]{3}$/, 'the code of an airport there, such as fra'),
    certificateArn: text(
      'certificateArn',
      /^arn:aws[\w-]*:acm:/,
      'the ARN of a certificate in ACM',
    ),
    gatewayHost: text('gatewayHost', /^[\w.-]+\.[a-z]+$/, 'a host name'),
  }
}

function refusal(field: string, expected: string): Error {
  return new pulumi.RunError(`${field}: expected ${expected}.`)
}
