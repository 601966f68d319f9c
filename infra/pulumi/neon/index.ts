/**
 * Tidegate with no servers but the consumers: databases on Neon, which are there already, a Redis beside each on
 * Upstash, the Worker on Cloudflare. What the consumers are told comes out; see infra/fly for where they run.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import cloudflare from '@pulumi/cloudflare'
import pulumi, { type Output } from '@pulumi/pulumi'
import random from '@pulumi/random'
import upstash from '@upstash/pulumi'

import { readSettings, type Region } from './settings.ts'

const { regions, accountId, hostname, zoneId, worker, urls } = readSettings()
const [home] = regions

/** Signs the sessions of all regions. */
const tokenKey = new random.RandomPassword('token-key', { length: 48, special: false }).result
/** What a Neon driver shows that asks the Worker's `/sql`. */
const sqlToken = new random.RandomPassword('sql-token', { length: 48, special: false }).result

function urlOf({ code }: Region): Output<string> {
  return urls.apply((all) => {
    const url = all[code]
    if (url !== undefined && /^postgres(ql)?:\/\//.test(url)) return url
    throw new pulumi.RunError(`urls.${code}: expected the connection string of that region.`)
  })
}

function nameOf({ code }: Region): string {
  return `${code}-1`
}

const stores = regions.map(({ name, code }) => ({
  code,
  redis: new upstash.RedisDatabase(`tidegate-${code}`, {
    databaseName: `tidegate-${code}`,
    region: 'global',
    primaryRegion: name,
    tls: true,
    // The tide table is one key, and may not be evicted; cached answers go by themselves.
    eviction: false,
  }),
}))

const replicas = pulumi.jsonStringify(
  regions
    .filter((region) => region !== home)
    .map((region) => ({
      name: nameOf(region),
      region: region.code,
      role: region.role,
      url: urlOf(region),
    })),
)

const tides = pulumi.jsonStringify(
  stores.map(({ code, redis }) => ({
    region: code,
    url: pulumi.interpolate`https://${redis.endpoint}`,
    token: redis.restToken,
  })),
)

const script = new cloudflare.WorkersScript('tidegate', {
  accountId,
  scriptName: 'tidegate',
  mainModule: 'index.js',
  contentFile: worker,
  contentSha256: createHash('sha256').update(readFileSync(worker)).digest('hex'),
  compatibilityDate: '2026-10-01',
  observability: { enabled: true, headSamplingRate: 0.1 },
  bindings: [
    { name: 'PRIMARY_NAME', type: 'plain_text', text: nameOf(home) },
    { name: 'PRIMARY_REGION', type: 'plain_text', text: home.code },
    { name: 'PRIMARY_URL', type: 'secret_text', text: urlOf(home) },
    { name: 'REPLICAS', type: 'secret_text', text: replicas },
    { name: 'TIDES', type: 'secret_text', text: tides },
    { name: 'TOKEN_KEYS', type: 'secret_text', text: tokenKey },
    { name: 'SQL_TOKENS', type: 'secret_text', text: sqlToken },
  ],
})

new cloudflare.WorkersCustomDomain('tidegate', {
  accountId,
  zoneId,
  hostname,
  service: script.scriptName,
})

/** By region, what its consumer is told: `fly secrets import` takes it. */
export const consumers: Output<Record<string, Record<string, string>>> = pulumi.secret(
  pulumi.all(
    Object.fromEntries(
      stores.map(({ code, redis }) => [
        code,
        pulumi.all({
          TIDEGATE_NODES: pulumi.jsonStringify(
            regions
              // A subscriber is never promoted: no other region has anything to do with it.
              .filter((region) => region === home || region.code === code)
              .map((region) => ({
                name: nameOf(region),
                role: region === home ? 'primary' : region.role,
                url: urlOf(region),
              })),
          ),
          TIDEGATE_SLOT: `tidegate_${code}`,
          TIDEGATE_REDIS: pulumi.interpolate`rediss://default:${redis.password}@${redis.endpoint}:${redis.port}`,
        }),
      ]),
    ),
  ),
)

export const sql: Output<string> = pulumi.secret(sqlToken)
