import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { WORLD_PREFIX } from '../../../infra/local/janitor.ts'
import { ManagedProcess, StartError } from '../../../infra/local/managed-process.ts'
import { processesOf } from '../../../infra/local/proc.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld } from '../../../infra/local/world.ts'

const running: ChildProcess[] = []

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

/** `npm start`, but for npm. */
function start(): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['infra/local/main.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (text += String(bytes)))
  }
  return { child, output: () => text }
}

async function worldOf(output: () => string): Promise<string> {
  return await until(
    'a world to be ready',
    () => /Logs are in (\S*tidegate-world-\w+)\/logs/.exec(output())?.[1],
    { timeoutMs: 60_000 },
  )
}

function directoryOwnedBy(pid: number | undefined): string | undefined {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(WORLD_PREFIX))
    .map((name) => join(tmpdir(), name))
    .find((path) => ownerIn(path).includes(`"pid":${pid},`))
}

/** Other worlds may come and go meanwhile. */
function ownerIn(directory: string): string {
  try {
    return readFileSync(join(directory, 'owner.json'), 'utf8')
  } catch {
    return ''
  }
}

/** Shared memory that nobody uses any more, in which a server that was killed would live on. */
function orphanedSegments(): string[] {
  const [, ...lines] = readFileSync('/proc/sysvipc/shm', 'utf8').trim().split('\n')
  const columns = lines.map((line) => line.trim().split(/\s+/))
  return columns.filter(([, , , , , , attached]) => attached === '0').map(([, id]) => id ?? '')
}

let orphansBefore: string[]
beforeEach(() => (orphansBefore = orphanedSegments()))

async function nothingIsLeftOf(directory: string): Promise<void> {
  const id = directory.split('/').at(-1) ?? ''
  await until(
    `nothing to be left of ${id}`,
    () =>
      processesOf(id).length === 0 &&
      !existsSync(directory) &&
      orphanedSegments().every((segment) => orphansBefore.includes(segment)),
  )
}

/** Asked of the ports rather than of the janitor, who may not know what it has forgotten. */
async function nobodyListens(addresses: string): Promise<void> {
  const ports = [...addresses.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))
  expect(ports.length).toBeGreaterThan(7)
  for (const port of ports) {
    const socket = connect({ port, host: '127.0.0.1' })
    await expect(once(socket, 'connect')).rejects.toThrow(/ECONNREFUSED/)
  }
}

test('two worlds started at once both come up, and Ctrl-C leaves nothing of either', async () => {
  const worlds = [start(), start()]
  const directories = await Promise.all(worlds.map(async ({ output }) => await worldOf(output)))
  expect(new Set(directories).size).toBe(2)
  for (const { output } of worlds) {
    expect(output()).toMatch(
      /primary\s+postgresql:\/\/\S+[\s\S]+standby\s+postgresql:[\s\S]+subscriber/,
    )
  }

  for (const { child } of worlds) {
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  }
  await Promise.all(directories.map(nothingIsLeftOf))
  await nobodyListens(worlds.map(({ output }) => output()).join())
})

test('a world whose owner is killed is cleaned up all the same', async () => {
  const { child, output } = start()
  const directory = await worldOf(output)
  child.kill('SIGKILL')
  await nothingIsLeftOf(directory)
  await nobodyListens(output())
})

test('Ctrl-C while a world starts leaves nothing behind', async () => {
  const { child, output } = start()
  await until('the first part', () => output().includes('✓'))
  const directory = directoryOwnedBy(child.pid)
  expect(directory).toBeDefined()
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
  expect(output()).not.toContain('Error')
  await nothingIsLeftOf(directory ?? '')
})

test('a start that fails says why and leaves nothing behind', async () => {
  const before = directoryOwnedBy(process.pid)
  const parts: string[] = []
  const starting = startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: 'create table broken (',
    onProgress: ({ part, state }) => parts.push(`${part} ${state}`),
  })
  await expect(starting).rejects.toThrow(/syntax error/)
  expect(parts).toContain('iad-1 primary failed')
  expect(before).toBeUndefined()
  expect(directoryOwnedBy(process.pid)).toBeUndefined()
})

test('a world in a place that is not on the map is refused', async () => {
  // @ts-expect-error -- the type knows the map as well
  await expect(startWorld({ home: 'iad', regions: { atlantis: {} } })).rejects.toThrow(
    /regions\.atlantis/,
  )
})

let directory: string
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'tidegate-test-'))))
afterAll(() => rmSync(directory, { recursive: true }))

test('a program that ends at once is reported with the end of its log', async () => {
  const program = new ManagedProcess({
    name: 'hapless',
    command: '/bin/sh',
    args: ['-c', 'echo first; echo no such luck >&2; exit 3'],
    env: {},
    logFile: join(directory, 'hapless.log'),
  })
  program.spawn()
  const ready = program.ready(() => false)
  await expect(ready).rejects.toThrow(StartError)
  await expect(ready).rejects.toThrow(/hapless did not start[\s\S]*no such luck/)
})
