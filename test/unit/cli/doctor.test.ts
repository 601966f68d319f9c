import { afterAll, expect, test } from 'vitest'

import { readConfig } from '../../../cli/config/config.ts'
import type { Finding, RedisCheck } from '../../../cli/doctor/check.ts'
import { skewFindings, versionFindings } from '../../../cli/doctor/checks/cluster.ts'
import { regionsWithoutRedis, tokenKeys } from '../../../cli/doctor/checks/configuration.ts'
import {
  evictionPolicy,
  redisMemory,
  redisPersistence,
  redisRole,
  redisVersion,
} from '../../../cli/doctor/checks/redis.ts'
import { RegionRedis } from '../../../cli/reach/region-redis.ts'

const given = {
  primary: { region: 'iad', url: { env: 'URL' } },
  replicas: [{ region: 'fra', url: { env: 'URL' } }],
  redis: { iad: { env: 'REDIS' } },
}
const env = { URL: 'postgresql://u:p@h/d', REDIS: 'redis://127.0.0.1:1' }
const config = readConfig(given, env)
const [region] = config.regions
if (!region) throw new Error('There is a region')
// It never connects: these checks go by what INFO has told.
const redis = new RegionRedis(region, 'main')

afterAll(() => {
  redis[Symbol.dispose]()
})

function levels(findings: readonly Finding[]): string[] {
  return findings.map(({ level }) => level)
}

async function onInfo(
  check: RedisCheck,
  told: Readonly<Record<string, string>>,
): Promise<string[]> {
  const sound = { redis_version: '7.2.5', role: 'master', maxmemory_policy: 'noeviction' }
  const info = new Map(Object.entries({ ...sound, maxmemory: '0', used_memory: '1000', ...told }))
  const subject = { config, region, redis, info, roundTripMs: 1, home: undefined } as const
  return levels(await check.run({ ...subject, region: redis.region }))
}

async function foundInKeys(keys: Readonly<Record<string, string>>): Promise<string[]> {
  const names = Object.keys(keys).map((name) => ({ env: name }))
  const each = readConfig({ ...given, tokenKeys: names }, { ...env, ...keys })
  return levels(await tokenKeys.run({ config: each, nodes: [] }))
}

test('a clock that differs is told of only where the way there cannot explain it', () => {
  expect(levels(skewFindings(2_000, 40))).toEqual(['warning'])
  expect(skewFindings(-2_000, 40)[0]?.found).toContain('behind')
  expect(skewFindings(2_000, 1_900)).toEqual([])
  expect(skewFindings(100, 1)).toEqual([])
})

test('versions that cannot do what is relied on are told of', () => {
  expect(levels(versionFindings(140_011, false))).toEqual(['problem'])
  expect(levels(versionFindings(150_004, true))).toEqual(['warning'])
  expect(versionFindings(150_004, false)).toEqual([])
  expect(versionFindings(180_004, true)).toEqual([])
})

test('a Redis is told of if it may lose or refuse what is raised in it', async () => {
  expect(await onInfo(redisVersion, {})).toEqual([])
  expect(await onInfo(redisVersion, { redis_version: '5.0.14' })).toEqual(['problem'])
  expect(await onInfo(redisRole, { role: 'slave' })).toEqual(['problem'])
  expect(await onInfo(evictionPolicy, {})).toEqual([])
  expect(await onInfo(evictionPolicy, { maxmemory: '1000000' })).toEqual(['warning'])
  expect(await onInfo(evictionPolicy, { maxmemory_policy: 'allkeys-lfu' })).toEqual(['warning'])
  const bounded = { maxmemory: '1000000', maxmemory_policy: 'volatile-lru' }
  expect(await onInfo(evictionPolicy, bounded)).toEqual([])
  expect(await onInfo(redisMemory, { ...bounded, used_memory: '950000' })).toEqual(['warning'])
  expect(await onInfo(redisMemory, { ...bounded, used_memory: '500000' })).toEqual([])
  expect(await onInfo(redisPersistence, { rdb_last_bgsave_status: 'err' })).toEqual(['problem'])
  expect(await onInfo(redisPersistence, { aof_enabled: '1' })).toEqual(['note'])
})

test('token keys have to be there, long, random and different', async () => {
  const random = 'fjKd83nvQpoW2mXz7TbL0sYcRe5hUaG9'
  expect(await foundInKeys({})).toEqual(['warning'])
  expect(await foundInKeys({ A: random })).toEqual([])
  expect(await foundInKeys({ A: '' })).toEqual(['problem'])
  expect(await foundInKeys({ A: 'short' })).toEqual(['problem'])
  expect(await foundInKeys({ A: 'a'.repeat(40) })).toEqual(['warning'])
  expect(await foundInKeys({ A: random, B: random })).toEqual(['warning'])
})

test('a region with a replica and no Redis is worth a note', async () => {
  const findings = await regionsWithoutRedis.run({ config, nodes: [] })
  expect(findings.map(({ level, found }) => [level, found])).toEqual([
    ['note', 'fra has a replica and no Redis'],
  ])
})
