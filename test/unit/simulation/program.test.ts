/** The program as it is called: what it prints, what it leaves behind. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, expect, test, vi } from 'vitest'

import { BadOption, DEFAULTS, readOptions } from '../../../simulation/options.ts'

// On a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000 })

const program = join(import.meta.dirname, '../../../simulation/main.ts')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-simulation-'))
})

afterAll(async () => await rm(folder, { recursive: true }))

const tiny = ['--regions', '2', '--nodes', '3', '--sessions', '200', '--seconds', '10']

async function call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return await promisify(execFile)(process.execPath, [program, ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

test('two processes give the same figures, and files that are whole', async () => {
  const out = join(folder, 'out')
  const [one, other] = [await call(...tiny, '--json', '--out', out), await call(...tiny, '--json')]
  expect(one.code).toBe(0)
  expect(one.stdout).toBe(other.stdout)
  expect((await readdir(out)).toSorted()).toEqual([
    'figures.json',
    'index.html',
    'over-time.svg',
    'staleness.svg',
  ])
  const page = await readFile(join(out, 'index.html'), 'utf8')
  expect(page).toContain('<svg')
  expect(page).not.toMatch(/(?:src|href)=/)
})

test('Ctrl-C ends it, and leaves nothing that is half written', async () => {
  const out = join(folder, 'interrupted')
  const long = ['--regions', '2', '--nodes', '3', '--sessions', '1000000', '--seconds', '9999']
  const child = spawn(process.execPath, [program, ...long, '--out', out], { stdio: 'pipe' })
  const ended = once(child, 'exit')
  // Its first word on how far it is.
  await once(child.stderr, 'data')
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
  expect(await readdir(folder)).not.toContain('interrupted')
})

test('a wrong option is refused by its name', async () => {
  const { code, stderr } = await call('--regions', '31')
  expect(code).toBe(2)
  expect(stderr).toBe('--regions: expected a whole number from 1 to 30.\n')
  expect((await call('--reigons', '3')).code).toBe(2)
})

test('options are read, and what is not given has its default', () => {
  expect(readOptions({})).toEqual(DEFAULTS)
  expect(readOptions({ hours: '0.5', cache: false, writes: '0.1' })).toEqual({
    ...DEFAULTS,
    seconds: 1800,
    cache: false,
    writes: 0.1,
  })
  for (const wrong of [
    { seed: '' },
    { writes: '2' },
    { nodes: '1.5' },
    { hours: '1', seconds: '1' },
  ]) {
    expect(() => readOptions(wrong)).toThrow(BadOption)
  }
})
