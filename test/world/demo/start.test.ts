/** `npm start` as a command: what it says, what it serves, and that it leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'

import { afterEach, expect, test } from 'vitest'

import { processesOf } from '../../../infra/local/proc.ts'
import { until } from '../../../infra/local/until.ts'

const running: ChildProcess[] = []

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

/** What `npm start` runs, with its arguments. */
async function start(...args: readonly string[]): Promise<{
  readonly child: ChildProcess
  readonly output: () => string
}> {
  const { scripts }: { scripts: { start: string } } = JSON.parse(
    await readFile('package.json', 'utf8'),
  )
  const [, program = ''] = scripts.start.split(' ')
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (text += String(bytes)))
  }
  return { child, output: () => text }
}

/** As a browser asks that was told that the name is here; `fetch` would not send another's. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  const asked = request(url, { headers: { host } }).end()
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  answer?.resume()
  return answer?.statusCode
}

test('brings everything up, tells of each part, and on Ctrl-C ends with a page still open', async () => {
  const { child, output } = await start('--port', '0')
  const url = await until('the address', () => /(http:\/\/localhost:\d+)/.exec(output())?.[1], {
    timeoutMs: 100_000,
  })
  for (const part of ['iad-1 primary', 'fra-1 standby', 'syd-1 subscriber', 'syd redis']) {
    expect(output()).toContain(`✓ ${part}`)
  }
  for (const region of ['iad', 'fra', 'syd']) {
    for (const service of ['consumer', 'gateway', 'worker']) {
      expect(output()).toContain(`✓ ${region} ${service}`)
    }
  }
  const [, directory = ''] = /Logs are in (\S*tidegate-world-\w+)\/logs/.exec(output()) ?? []
  expect(existsSync(directory)).toBe(true)

  const html = await (await fetch(url)).text()
  expect(html).toContain('Tidegate')
  const events = await fetch(`${url}/events`)
  const reader = events.body?.getReader()
  const first = await reader?.read()
  expect(new TextDecoder().decode(first?.value)).toContain('event: scene')

  const foreign = await fetch(`${url}/faults/flush-syd`, {
    method: 'PUT',
    headers: { origin: 'https://elsewhere.example' },
  })
  expect(foreign.status).toBe(403)
  expect(await statusFor(url, 'elsewhere.example')).toBe(403)

  const ended = once(child, 'exit')
  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
  await reader?.cancel().catch(() => undefined)
  const world = directory.split('/').at(-1) ?? ''
  await until('nothing to be left', () => processesOf(world).length === 0 && !existsSync(directory))
}, 120_000)

test('with --world-only there are databases alone', async () => {
  const { child, output } = await start('--world-only')
  await until('the world', () => output().includes('Ctrl-C ends everything'), { timeoutMs: 60_000 })
  expect(output()).not.toContain('worker')
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
})
