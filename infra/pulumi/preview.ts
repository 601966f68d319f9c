/**
 * What a stack would make, without a cloud and without Pulumi's engine: `node preview.ts aws CONFIG.json`, where
 * the file has the stack's configuration. Prints the resources and the outputs as JSON. The tests look at it.
 */
import { readFileSync } from 'node:fs'

import pulumi from '@pulumi/pulumi'

interface Made {
  readonly type: string
  readonly name: string
  readonly inputs: unknown
}

/** The key by which Pulumi marks a value of a special kind. */
const SECRET = '4dabf18193072939515e22adb298388d'

const [stack = '', file = ''] = process.argv.slice(2)
const config: unknown = JSON.parse(readFileSync(file, 'utf8'))
const made: Made[] = []

/** What a cloud would tell of a resource once it is there. */
function told(type: string, name: string): Record<string, unknown> {
  if (type.endsWith(':RandomPassword')) return { result: `secret-${name}-`.padEnd(48, '0') }
  return {
    arn: `arn:aws:mock:::${name}`,
    address: `${name}.rds.example.com`,
    primaryEndpointAddress: `${name}.redis.example.com`,
    dnsName: `${name}.elb.example.com`,
    endpoint: `${name}.upstash.example.com`,
    port: 6379,
    password: `secret-${name}`,
    restToken: `secret-rest-${name}`,
  }
}

await pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      made.push({ type, name, inputs })
      return { id: `${name}-id`, state: { name, ...told(type, name), ...inputs } }
    },
    call: ({ token, inputs }) =>
      token.endsWith('getAvailabilityZones') ? { names: ['zone-a', 'zone-b', 'zone-c'] } : inputs,
  },
  `tidegate-${stack}`,
  'preview',
  false,
)
if (typeof config !== 'object' || config === null) throw new Error(`${file}: expected an object`)
pulumi.runtime.setAllConfig(
  Object.fromEntries(
    Object.entries(config).map(([name, value]: [string, unknown]) => [
      `tidegate-${stack}:${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ),
)

const program: unknown = await import(`./${stack}/index.ts`)
/** In resources' arguments Pulumi wraps what is secret. */
function unwrapped(_: string, value: unknown): unknown {
  const isSecret = typeof value === 'object' && value !== null && SECRET in value
  return isSecret && 'value' in value ? value.value : value
}

const outputs = await new Promise((resolve) => {
  pulumi.output(Object.fromEntries(Object.entries(Object(program)))).apply(resolve)
})
await pulumi.runtime.disconnect()
process.stdout.write(JSON.stringify({ made, outputs }, unwrapped))
