/**
 * The scripts of the Compose file's databases, by ShellCheck and by running them: with the PostgreSQL that
 * Debian has, because the one from npm comes without pg_basebackup, pg_dump and psql.
 */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ManagedProcess } from '../../infra/local/managed-process.ts'
import { locateBinaries } from '../../infra/local/postgres/binaries.ts'
import { own } from '../../infra/local/postgres/own.ts'
import { openSite, type Site } from '../../infra/local/site.ts'
import { until } from '../../infra/local/until.ts'
import { runCli } from '../support/cli/run-cli.ts'
import { debianProgram } from '../support/infra/debian-program.ts'
import { inRepository } from '../support/infra/repository.ts'
import { run } from '../support/infra/run.ts'

const FOLDER = inRepository('infra/compose/postgres')
const shellcheck = await debianProgram('shellcheck', 'usr/bin/shellcheck')
const bin = await newestBin()

async function newestBin(): Promise<string | undefined> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  const newest = Math.max(0, ...versions.map(Number).filter((version) => version >= 15))
  return newest === 0 ? undefined : `/usr/lib/postgresql/${newest}/bin`
}

test('ShellCheck has nothing against them', async (context) => {
  if (shellcheck === undefined) return context.skip('ShellCheck cannot be had by apt-get')
  const scripts = (await readdir(FOLDER)).map((name) => join(FOLDER, name))
  expect(scripts).toHaveLength(3)
  const { code, said } = await run(shellcheck, ['--shell=sh', '--severity=style', ...scripts])
  expect(said).toBe('')
  expect(code).toBe(0)
})

async function query(address: string, sql: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: address })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows
  } finally {
    await client.end()
  }
}

describe.skipIf(bin === undefined)('run with Debian’s PostgreSQL', () => {
  let site: Site
  let user: { uid: number; gid: number } | undefined
  let tools: string
  const ports: Record<string, number> = {}

  beforeAll(async () => {
    site = await openSite()
    ;({ user } = await locateBinaries(site.directory))
    for (const name of ['iad', 'fra', 'syd']) ports[name] = await site.ports.next()
    tools = join(site.directory, 'bin')
    await mkdir(tools)
    // What the image has under this name starts the server as well, once its folder is filled.
    await writeFile(
      join(tools, 'docker-entrypoint.sh'),
      '#!/bin/sh\nshift\nexec postgres -D "$PGDATA" "$@"\n',
    )
    await chmod(join(tools, 'docker-entrypoint.sh'), 0o755)
  })

  afterAll(async () => await site?.clear())

  function environment(
    name: string,
    more: Readonly<Record<string, string>>,
  ): Record<string, string> {
    return {
      PATH: `${tools}:${bin}:${process.env['PATH']}`,
      LC_ALL: 'C',
      PGDATA: join(site.directory, name, 'data'),
      PGHOST: site.directory,
      PGPORT: String(ports[name]),
      POSTGRES_USER: 'postgres',
      POSTGRES_DB: 'app',
      ...more,
    }
  }

  /** As the user that the container has, which is not root. */
  async function inContainer(
    name: string,
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; said: string }> {
    const lent = user
      ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
      : []
    const [command = '', ...args] = [...lent, ...words]
    return await run(command, args, { cwd: '/', env: environment(name, more) })
  }

  function program(
    name: string,
    [command = '', ...args]: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): ManagedProcess {
    return new ManagedProcess({
      name,
      command,
      args,
      env: { ...site.env, ...environment(name, more) },
      logFile: site.logFile(name),
      ...user,
    })
  }

  const settings = (name: string): readonly string[] =>
    [
      `port=${ports[name]}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${site.directory}`,
      'wal_level=logical',
      'fsync=off',
    ].flatMap((setting) => ['-c', setting])

  /** What the image does before it runs its scripts of the first start. */
  async function database(name: string, more: Readonly<Record<string, string>>): Promise<void> {
    const folder = join(site.directory, name)
    await mkdir(folder)
    await chmod(site.directory, 0o777)
    await own(folder, user)
    const secret = join(folder, 'password')
    await writeFile(secret, PASSWORD, { mode: 0o644 })
    const data = join(folder, 'data')
    const made = await inContainer(name, [
      'initdb',
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      `--pwfile=${secret}`,
    ])
    expect(made.code, made.said).toBe(0)
    // As in the image, but for 127.0.0.1, which stands for the other containers here.
    await writeFile(
      join(data, 'pg_hba.conf'),
      'local all all trust\nhost all all all scram-sha-256\n',
    )
    const server = program(name, ['postgres', '-D', data, ...settings(name)])
    server.spawn()
    await server.ready(async () => (await inContainer(name, ['pg_isready', '-q'])).code === 0)
    expect(await inContainer(name, ['createdb', '-U', 'postgres', 'app'])).toMatchObject({
      code: 0,
    })
    const ran = await inContainer(name, ['sh', join(FOLDER, 'database.sh')], more)
    expect(ran).toMatchObject({ code: 0 })
    // The image starts the server anew after its scripts.
    expect(await inContainer(name, ['pg_ctl', 'reload', '-D', data])).toMatchObject({ code: 0 })
  }

  const PASSWORD = 'password0of0postgres'
  const APP = 'password0of0app'
  const REPLICATION = 'password0of0replicator'

  function url(name: string, role = `postgres:${PASSWORD}`): string {
    return `postgresql://${role}@127.0.0.1:${ports[name]}/app`
  }

  const slot = { STANDBY_SLOT: 'fra_1' }
  const standbyScript = ['sh', join(FOLDER, 'standby.sh')]

  function standby(): ManagedProcess {
    const primary = `host=127.0.0.1 port=${ports['iad']} user=replicator dbname=app`
    const env = { PRIMARY: primary, PGPASSWORD: REPLICATION, ...slot }
    return program(
      'fra',
      [...standbyScript, ...settings('fra'), '-c', 'hot_standby_feedback=on'],
      env,
    )
  }

  let copy: ManagedProcess

  test('a standby that comes too early waits for its primary', async () => {
    await mkdir(join(site.directory, 'fra'))
    await own(join(site.directory, 'fra'), user)
    copy = standby()
    copy.spawn()
    await until('it to have tried', () => copy.logTail().includes('gives no copy yet'))
    expect(copy.running).toBe(true)
  })

  test('a database has the app’s role, which owns it and can make tables', async () => {
    await database('iad', { APP_PASSWORD: APP, REPLICATION_PASSWORD: REPLICATION, ...slot })
    const app = url('iad', `app:${APP}`)
    await query(app, 'create table post (id int primary key, body text)')
    await query(app, `insert into post values (1, 'from home')`)
  })

  test('the standby becomes a copy of it by the slot that waits for it', async () => {
    await until('the standby to show the row', async () => {
      if (!copy.running) throw new Error(copy.logTail())
      const rows = await query(url('fra', `app:${APP}`), 'select * from post').catch(() => [])
      return rows.length === 1
    })
    expect(await query(url('fra'), 'select pg_is_in_recovery() as standby')).toEqual([
      { standby: true },
    ])
    expect(
      await query(url('iad'), `select active from pg_replication_slots where slot_name = 'fra_1'`),
    ).toEqual([{ active: true }])
  })

  test('started again it goes on with the copy that it has', async () => {
    const data = join(site.directory, 'fra/data')
    const before = await stat(data)
    await copy.stop('SIGINT')
    copy = standby()
    copy.spawn()
    await copy.ready(async () => (await inContainer('fra', ['pg_isready', '-q'])).code === 0)
    expect((await stat(data)).ino).toBe(before.ino)
  })

  const subscription = (): Record<string, string> => ({
    HOME_URL: url('iad'),
    SUBSCRIBER_URL: url('syd'),
    HOME_CONNECTION: `host=127.0.0.1 port=${ports['iad']} user=replicator dbname=app password=${REPLICATION}`,
    SUBSCRIPTION: 'syd_1',
    // Failover slots came with PostgreSQL 17.
    SUBSCRIPTION_OPTIONS: 'copy_data = true',
    TMPDIR: site.directory,
  })
  const subscribe = ['sh', join(FOLDER, 'subscribe.sh')]

  test('a subscriber cannot be fed before setup has made the publication', async () => {
    await database('syd', { APP_PASSWORD: APP })
    const early = await inContainer('syd', subscribe, subscription())
    expect(early).toMatchObject({ code: 1, said: expect.stringContaining('tidegate setup') })
    expect(await query(url('syd'), 'select from pg_subscription')).toEqual([])
    expect(await query(url('syd'), `select to_regclass('post')`)).toEqual([{ to_regclass: null }])
  })

  test('after setup it has the schema, the rows and the heartbeat of home', async () => {
    const config = join(site.directory, 'tidegate.config.json')
    await writeFile(
      config,
      JSON.stringify({
        primary: { name: 'iad-1', region: 'iad', url: { env: 'IAD' } },
        replicas: [{ name: 'syd-1', region: 'syd', role: 'subscriber', url: { env: 'SYD' } }],
      }),
    )
    const setup = await runCli(['setup', '--roles', '--apply', '--config', config], {
      env: { IAD: url('iad'), SYD: url('syd') },
    })
    expect(setup).toMatchObject({ code: 0, err: '' })

    const first = await inContainer('syd', subscribe, subscription())
    expect(first.code, first.said).toBe(0)
    const app = url('syd', `app:${APP}`)
    await until('the copy', async () => (await query(app, 'select * from post')).length === 1)
    await until('the row of the heartbeat', async () => {
      return (await query(app, 'select lsn from tidegate.tide')).length === 1
    })
    await query(url('iad', `app:${APP}`), `insert into post values (2, 'told')`)
    await until(
      'what comes after',
      async () => (await query(app, 'select * from post')).length === 2,
    )
  })

  test('run again it finds that it is done', async () => {
    const again = await inContainer('syd', subscribe, subscription())
    expect(again).toMatchObject({ code: 0, said: expect.stringContaining('subscribed already') })
  })

  test('no password is in a log', async () => {
    for (const name of ['iad', 'fra', 'syd']) {
      const log = await readFile(site.logFile(name), 'utf8')
      for (const secret of [PASSWORD, REPLICATION]) expect(log).not.toContain(secret)
    }
  })
})
