/** Whether a region's tide table is there and rises. */
import { formatMs } from '../../terminal/units.ts'
import { problem, type RedisCheck, warning } from '../check.ts'

const OLD_MS = 30_000

export const horizonAge: RedisCheck = {
  id: 'horizon',
  async run({ redis, region, home, config }) {
    const { horizon } = await redis.table.read()
    const mend = `tidegate consumer --region ${region.name}`
    if (!horizon) {
      return [
        problem(
          `there is no tide table ${config.table}`,
          'No consumer has raised it, or it was evicted or flushed: no cached answer is trusted here.',
          mend,
        ),
      ]
    }
    if (!home) throw new Error('The primary cannot be asked')
    const ageMs = home.standing.clock - horizon.at
    if (ageMs < OLD_MS) return []
    return [
      problem(
        `the horizon is ${formatMs(ageMs)} old`,
        'Nobody raises it: cached answers serve only those who need nothing newer.',
        mend,
      ),
    ]
  },
}

export const epochBehind: RedisCheck = {
  id: 'epoch',
  async run({ redis, home }) {
    const { history, primary } = await redis.table.read()
    if (!home) throw new Error('The primary cannot be asked')
    if (!history) return []
    const { timeline } = home.standing
    if (timeline !== undefined && history.current < timeline) {
      return [
        warning(
          `it knows of epoch ${history.current}, and the primary is in ${timeline}`,
          'Its consumer has not seen the failover: what it raises is of a history that has ended.',
          'Is the new primary among the nodes that its consumer knows?',
        ),
      ]
    }
    if (timeline !== undefined && history.current > timeline) {
      return [
        problem(
          `it knows of epoch ${history.current}, and the configured primary is still in ${timeline}`,
          `This primary was replaced by ${primary?.node ?? 'another one'}: what is written there is lost.`,
          'Fence it, and correct the configuration.',
        ),
      ]
    }
    return []
  },
}

export const catalogPublished: RedisCheck = {
  id: 'catalog',
  async run({ redis }) {
    const { horizon } = await redis.table.read()
    if (!horizon || (await redis.table.readCatalog())) return []
    return [
      warning(
        'the tide table holds no catalog',
        'What is not known of tables and functions is not cached.',
        'See the log of its consumer.',
      ),
    ]
  },
}
