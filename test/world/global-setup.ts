import { findRedis } from '../../infra/local/redis/find-redis.ts'

/** Once, before the worlds: installing Redis is not for every file to try. */
export default async function setup(): Promise<void> {
  // oxlint-disable-next-line no-console -- vitest has no other way to tell of it
  await findRedis(process.env, (line) => console.log(line))
}
