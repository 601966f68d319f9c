/**
 * Which Redis the world uses. There is none on npm, so in this order: the one that `REDIS_URL`
 * names, one on the PATH, and on Debian, as root, the one that apt-get installs.
 */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type RedisSource =
  | { readonly kind: 'external'; readonly url: string }
  | { readonly kind: 'program'; readonly command: string }

export async function findRedis(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<RedisSource> {
  if (env['REDIS_URL']) return { kind: 'external', url: env['REDIS_URL'] }
  const command = (await onPath(env)) ?? (await install(env, say))
  if (command) return { kind: 'program', command }
  throw new Error(
    `The world needs Redis, and there is none here. Three ways out:
  1. install redis-server or valkey-server and have it on the PATH
     (Debian, Ubuntu: sudo apt-get install redis-server)
  2. run this as root on Debian, and it installs redis-server itself
  3. set REDIS_URL to a Redis with empty databases, for example redis://127.0.0.1:6379`,
  )
}

async function onPath(
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  // An ordinary user's PATH often lacks the places where Debian puts servers.
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of folders) {
      const file = join(folder, name)
      if (folder && (await isExecutable(file))) return file
    }
  }
  return undefined
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function install(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) return undefined
  say('installing redis-server with apt-get, because this machine has no Redis')
  const apt = async (...args: string[]): Promise<unknown> =>
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  const packages = ['install', '-y', '--no-install-recommends', 'redis-server']
  try {
    // A machine that has never asked has no package lists.
    await apt(...packages).catch(async () => {
      await apt('update')
      await apt(...packages)
    })
  } catch (cause) {
    throw new Error('apt-get could not install redis-server', { cause })
  }
  return await onPath(env)
}
