/** What the configuration itself can have wrong, beyond its form. */
import { type Finding, note, problem, warning, type WholeCheck } from '../check.ts'

const LEAST_CHARACTERS = 32
/** Of a random key of 32 characters, hardly any has fewer different ones. */
const LEAST_DIFFERENT = 10

export const tokenKeys: WholeCheck = {
  id: 'token-keys',
  async run({ config }) {
    const mend = `Make one with: openssl rand -base64 32  -- and set tokenKeys: [{ env: 'TIDEGATE_TOKEN_KEY' }]`
    if (config.tokenKeys.length === 0) {
      return await Promise.resolve([
        warning(
          'there are no tokenKeys',
          'Anybody can write a session token, and by it send all reads to the primary. In production the SDK refuses to start.',
          mend,
        ),
      ])
    }
    const seen = new Set<string>()
    return config.tokenKeys.flatMap((secret): Finding[] => {
      if (!secret.isSet) {
        const why = 'Tokens cannot be signed with it, nor checked.'
        return [problem(`${secret.field}: ${secret.name} is not set`, why, mend)]
      }
      const key = secret.read()
      const isAgain = seen.has(key)
      seen.add(key)
      if (key.length < LEAST_CHARACTERS) {
        const why = 'It can be guessed from a token; the SDK refuses it.'
        return [problem(`${secret.field}: shorter than ${LEAST_CHARACTERS} characters`, why, mend)]
      }
      if (new Set(key).size < LEAST_DIFFERENT) {
        const why = 'It can be guessed from a token.'
        return [warning(`${secret.field}: it does not look random`, why, mend)]
      }
      return isAgain
        ? [warning(`${secret.field}: the same key again`, 'Nothing is rotated by it.', mend)]
        : []
    })
  },
}

export const regionsWithoutRedis: WholeCheck = {
  id: 'regions-without-redis',
  async run({ config }) {
    const without = config.regions.filter(
      ({ redis, nodes }) => redis === undefined && nodes.some((node) => node.role !== 'primary'),
    )
    return await Promise.resolve(
      without.map(({ name }) =>
        note(
          `${name} has a replica and no Redis`,
          'No consumer runs there: nothing is cached, and nobody is told how far its replica is.',
          `redis: { ${name}: { env: 'REDIS_URL_${name.toUpperCase()}' } }`,
        ),
      ),
    )
  },
}

export const gateways: WholeCheck = {
  id: 'gateways',
  async run({ config }) {
    const behind = config.nodes.filter((node) => node.gateway)
    if (behind.length === 0) return []
    const findings = await Promise.all(
      behind.map(async ({ name, endpoint }): Promise<Finding[]> => {
        const status = await fetch(new URL('/health', endpoint), {
          signal: AbortSignal.timeout(5_000),
        }).then(
          (response) => response.status,
          () => undefined,
        )
        if (status === 200) return []
        return [
          problem(
            status === undefined
              ? `the gateway of ${name} does not answer`
              : `the gateway of ${name} is not ready (${status})`,
            'No read or write of the edge gets to this node.',
            'tidegate gateway',
          ),
        ]
      }),
    )
    const open = config.gatewayTokens.length === 0
    return [
      ...findings.flat(),
      ...(open
        ? [
            warning(
              'gateways ask for no token',
              'Whoever finds the address may try passwords there.',
              `gatewayTokens: [{ env: 'TIDEGATE_GATEWAY_TOKEN' }], the same in the app`,
            ),
          ]
        : []),
    ]
  },
}
