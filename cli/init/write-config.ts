/** The text of a configuration, as a person would write it. */
import { formatMs } from '../terminal/units.ts'
import type { Inspected } from './inspect.ts'

export interface Placed extends Inspected {
  readonly name: string
  readonly region: string
}

export interface ConfigParts {
  readonly primary: Placed
  readonly replicas: readonly Placed[]
  /** The variable of each region's Redis. */
  readonly redis: ReadonlyMap<string, string>
}

export const TOKEN_KEY_VARIABLE = 'TIDEGATE_TOKEN_KEY'

function nodeText({ name, region, role, variable }: Placed): string {
  const parts = [`name: '${name}'`, `region: '${region}'`]
  if (role !== 'primary') parts.push(`role: '${role}'`)
  return `{ ${parts.join(', ')}, url: { env: '${variable}' } }`
}

function about({ version, roundTripMs }: Placed): string {
  return `// PostgreSQL ${version}, ${formatMs(roundTripMs)} from where this was written`
}

export function typescriptConfig({ primary, replicas, redis }: ConfigParts): string {
  const lines = [
    `import type { TidegateConfig } from 'tidegate/config'`,
    '',
    'export default {',
    `  ${about(primary)}`,
    `  primary: ${nodeText(primary)},`,
  ]
  if (replicas.length > 0) {
    lines.push('  replicas: [')
    for (const replica of replicas) lines.push(`    ${about(replica)}`, `    ${nodeText(replica)},`)
    lines.push('  ],')
  }
  if (redis.size > 0) {
    const stores = [...redis].map(([region, variable]) => `    ${region}: { env: '${variable}' },`)
    lines.push('  redis: {', ...stores, '  },')
  }
  lines.push(`  tokenKeys: [{ env: '${TOKEN_KEY_VARIABLE}' }],`, '} satisfies TidegateConfig', '')
  return lines.join('\n')
}

export function jsonConfig({ primary, replicas, redis }: ConfigParts): string {
  const config = {
    primary: nodeObject(primary),
    ...(replicas.length > 0 && { replicas: replicas.map((replica) => nodeObject(replica)) }),
    ...(redis.size > 0 && {
      redis: Object.fromEntries(
        [...redis].map(([region, variable]) => [region, { env: variable }]),
      ),
    }),
    tokenKeys: [{ env: TOKEN_KEY_VARIABLE }],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}

function nodeObject({ name, region, role, variable }: Placed): object {
  return {
    name,
    region,
    ...(role === 'primary' ? {} : { role }),
    url: { env: variable },
  }
}
