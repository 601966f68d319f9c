/** What a region's Redis can have wrong. */
import { formatBytes, formatMs } from '../../terminal/units.ts'
import { note, problem, type RedisCheck, warning } from '../check.ts'

const OLDEST = 6

export const redisVersion: RedisCheck = {
  id: 'redis-version',
  async run({ info }) {
    const version = info.get('redis_version') ?? ''
    if (Number.parseInt(version, 10) >= OLDEST) return await none()
    return [
      problem(
        `it is Redis ${version}`,
        'The scripts that raise the tide table are tried with Redis 6 and later.',
        'Upgrade it, or use Valkey.',
      ),
    ]
  },
}

export const redisRole: RedisCheck = {
  id: 'redis-role',
  async run({ info }) {
    if (info.get('role') === 'master') return await none()
    return [
      problem(
        'it is a replica of another Redis',
        'It takes no writes: the tide table here cannot be raised, nor the cache filled.',
        'Give the address of the master, or of one Redis per region.',
      ),
    ]
  },
}

export const evictionPolicy: RedisCheck = {
  id: 'redis-eviction',
  async run({ info }) {
    const policy = info.get('maxmemory_policy') ?? ''
    const mend = 'CONFIG SET maxmemory-policy volatile-lru  -- and in redis.conf'
    if (policy.startsWith('allkeys-')) {
      return [
        warning(
          `maxmemory-policy is ${policy}`,
          'It may evict the tide table, which is one key: every cached answer of the region is void at once.',
          mend,
        ),
      ]
    }
    if (policy === 'noeviction' && Number(info.get('maxmemory')) > 0) {
      return [
        warning(
          'maxmemory-policy is noeviction, and there is a maxmemory',
          'Once it is full nothing can be raised: the tide stands still and the cache answers nobody.',
          mend,
        ),
      ]
    }
    return await none()
  },
}

export const redisMemory: RedisCheck = {
  id: 'redis-memory',
  async run({ info }) {
    const most = Number(info.get('maxmemory'))
    const used = Number(info.get('used_memory'))
    if (!(most > 0) || used < 0.9 * most) return await none()
    return [
      warning(
        `${formatBytes(used)} of ${formatBytes(most)} are in use`,
        'Answers are evicted before they are asked for again, and raises may be refused.',
        'Give it more memory, or entries a shorter life.',
      ),
    ]
  },
}

export const redisPersistence: RedisCheck = {
  id: 'redis-persistence',
  async run({ info }) {
    if (
      info.get('rdb_last_bgsave_status') === 'err' ||
      info.get('aof_last_write_status') === 'err'
    ) {
      return [
        problem(
          'its last save failed',
          'By default it takes no writes until one succeeds: the tide table cannot be raised.',
          `CONFIG SET save ''  -- or mend its disk`,
        ),
      ]
    }
    if (info.get('aof_enabled') !== '1') return await none()
    return [
      note(
        'it keeps an append-only file',
        'Nothing in it has to survive: after a restart the consumer finds what was lost and raises the floor. The writing costs time.',
        'CONFIG SET appendonly no',
      ),
    ]
  },
}

export const redisScripts: RedisCheck = {
  id: 'redis-scripts',
  async run({ redis }) {
    const answer: unknown = await redis.redis
      .eval('return 1', 0)
      .catch((error: unknown) => (error instanceof Error ? error.message : ''))
    if (answer === 1) return []
    if (typeof answer === 'string' && !/NOPERM|unknown command/i.test(answer)) {
      throw new Error('It could not be asked')
    }
    return [
      problem(
        'it lets this user run no scripts',
        'Raises are scripts, so that they are whole or not at all.',
        'ACL SETUSER <user> +eval +evalsha +script',
      ),
    ]
  },
}

const MOST_ROUND_TRIP_MS = 1_000

export const redisLatency: RedisCheck = {
  id: 'redis-latency',
  async run({ roundTripMs }) {
    if (roundTripMs <= MOST_ROUND_TRIP_MS) return await none()
    return [
      warning(
        `a round trip from here takes ${formatMs(roundTripMs)}`,
        'Each cached answer waits for it.',
        'Look at its load and at the network between.',
      ),
    ]
  },
}

async function none(): Promise<readonly never[]> {
  return await Promise.resolve([])
}
