/** The figures of a run, with the machine that they are of, as a file of JSON. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import type { Figures } from './benchmark.ts'

/** Of the last run of all; not in the repository. */
export const LATEST: string = join(import.meta.dirname, 'results/latest.json')
/** What later runs are held against. */
export const BASELINE: string = join(import.meta.dirname, 'results/baseline.json')

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly node: string
}

export interface Results {
  readonly machine: Machine
  readonly date: string
  /** Of git; with a `+` behind it where there were changes beside it. */
  readonly commit: string
  readonly figures: Readonly<Record<string, Figures>>
}

export async function toResults(figures: Results['figures']): Promise<Results> {
  const all = cpus()
  return {
    machine: { cpu: all[0]?.model.trim() ?? '', cores: all.length, node: process.version },
    date: new Date().toISOString(),
    commit: await commitOf(),
    figures,
  }
}

async function commitOf(): Promise<string> {
  try {
    const [head, changes] = await Promise.all([
      git('rev-parse', '--short=12', 'HEAD'),
      git('status', '--porcelain', '--untracked-files=no'),
    ])
    return changes === '' ? head : `${head}+`
  } catch {
    return 'unknown'
  }
}

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: import.meta.dirname })
  return stdout.trim()
}

export async function keep(file: string, results: Results): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`)
}

/** `undefined` where there is none. */
export async function find(file: string): Promise<Results | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    return undefined
  }
  const results: unknown = JSON.parse(text)
  if (!isResults(results)) throw new Error(`${file} does not hold the figures of a run.`)
  return results
}

function isResults(value: unknown): value is Results {
  return isObject(value) && isObject(value['machine']) && isObject(value['figures'])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
