/** The gateway as a program. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { promisify } from 'node:util'

import { afterAll, beforeAll, expect, test } from 'vitest'

import type { ManagedProcess } from '../../../infra/local/managed-process.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { toNodeConfig } from '../../support/gateway.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ home: 'iad', distanceScale: 0 })
})

afterAll(async () => await world?.stop())

async function start(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ program: ManagedProcess; port: number }> {
  const port = await world.freePort()
  const program = world.process({
    name,
    command: process.execPath,
    args: ['gateway/main.ts'],
    env: {
      TIDEGATE_GATEWAY_NODES: JSON.stringify([toNodeConfig(world.primary)]),
      TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1',
      TIDEGATE_GATEWAY_LISTEN_PORT: String(port),
      ...env,
    },
  })
  program.spawn()
  await program.ready(() => program.logTail().includes('listening'))
  return { program, port }
}

async function query(port: number, text: string): Promise<Response> {
  return await fetch(`http://127.0.0.1:${port}/sql`, {
    method: 'POST',
    headers: { 'Neon-Connection-String': world.primary.url() },
    body: JSON.stringify({ query: text }),
  })
}

async function connections(): Promise<number> {
  const [row] = await world.primary.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where application_name = 'tidegate'`,
  )
  return row?.n ?? 0
}

test('told to end it finishes what runs, takes nothing new, and leaves no connection', async () => {
  const { program, port } = await start('ending')
  await query(port, 'select 1')
  const running = query(port, `select pg_sleep(1), 'finishes' as done`)
  await until('it to run', async () => {
    const rows = await world.primary.query(
      `select from pg_stat_activity where query like '%finishes%' and application_name = 'tidegate'`,
    )
    return rows.length === 1
  })
  const stopped = program.stop()
  await until('it to take nothing new', async () => {
    return await query(port, 'select 1').then(
      () => false,
      () => true,
    )
  })
  const answer = await running
  expect([answer.status, await answer.json()]).toMatchObject([
    200,
    { rows: [{ done: 'finishes' }] },
  ])
  await stopped
  expect(await connections()).toBe(0)
  expect(program.logTail()).toContain('stopped')
})

test('killed it leaves no connection either', async () => {
  const { program, port } = await start('killed')
  await query(port, 'select 1')
  await program.kill()
  await until('the connections to go', async () => (await connections()) === 0)
})

test('with a certificate it speaks HTTPS', async () => {
  const { program, port } = await start('encrypted', {
    TIDEGATE_GATEWAY_TLS_CERT_FILE: 'test/support/tls/cert.pem',
    TIDEGATE_GATEWAY_TLS_KEY_FILE: 'test/support/tls/key.pem',
  })
  const ca = readFileSync('test/support/tls/cert.pem')
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'Neon-Connection-String': world.primary.url() }
    const sent = request({ host: '127.0.0.1', port, path: '/sql', method: 'POST', ca, headers })
    sent.once('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.once('error', reject)
    sent.end('{"query":"select 1"}')
  })
  expect(status).toBe(200)
  await program.stop()
})

const run = promisify(execFile)

async function refusal(env: Readonly<Record<string, string>>): Promise<unknown> {
  return await run(process.execPath, ['gateway/main.ts'], { env: { ...process.env, ...env } }).then(
    () => 'it started',
    (error: unknown) => error,
  )
}

test('a wrong setting is refused by its name, and its value is not told', async () => {
  const nodes = JSON.stringify([toNodeConfig(world.primary)])
  for (const [env, message] of [
    [{}, /nodes: it has to be set/],
    [{ TIDEGATE_GATEWAY_NODES: '[{"name":"a"}]' }, /nodes: it should be .*host should be a text/],
    [
      { TIDEGATE_GATEWAY_NODES: nodes, TIDEGATE_GATEWAY_POOL_SIZE: 'many' },
      /poolSize: it should be a whole number of at least 1/,
    ],
    [
      { TIDEGATE_GATEWAY_NODES: nodes, TIDEGATE_GATEWAY_BEARER_TOKENS: 'secret' },
      /bearerTokens: it should be a list of texts of at least 16 characters/,
    ],
    [
      { TIDEGATE_GATEWAY_NODES: nodes, TIDEGATE_GATEWAY_TLS_CERT_FILE: 'cert.pem' },
      /tlsCertFile, tlsKeyFile: set both or neither/,
    ],
    [{ TIDEGATE_GATEWAY_CONFIG: '/nowhere/at-all.json' }, /CONFIG: it should name a file/],
  ] as const) {
    const error = await refusal(env)
    expect(error).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
    expect(String(error)).not.toContain('secret')
  }
})

test('the help names every setting', async () => {
  const { stdout } = await run(process.execPath, ['gateway/main.ts', '--help'])
  expect(stdout).toContain('TIDEGATE_GATEWAY_STATEMENT_TIMEOUT_MS')
  expect(stdout).toContain('(required)')
})
