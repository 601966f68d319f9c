/**
 * The Dockerfile carried out without Docker: its COPYs copied and its RUNs run, each stage in a folder that
 * stands for its `/`. So what it says is tried, and no second recipe has to be kept like it.
 */
import { cp, mkdir, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { inRepository, textOf } from './repository.ts'
import { run } from './run.ts'

export interface Instruction {
  readonly name: string
  readonly rest: string
}

export async function instructions(): Promise<readonly Instruction[]> {
  const lines = (await textOf('Dockerfile')).replaceAll(/\\\n/g, ' ').split('\n')
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.split(' ')
      return { name, rest: rest.join(' ') }
    })
}

/** What the last stage says by an instruction in the form of a list. */
export async function listOf(name: string): Promise<readonly string[]> {
  const found = (await instructions()).findLast((each) => each.name === name)
  const list: unknown = JSON.parse(found?.rest.slice(found.rest.indexOf('[')) ?? '[]')
  return Array.isArray(list) ? list.map(String) : []
}

/** @returns the folder that stands for the image's `/` */
export async function build(directory: string): Promise<string> {
  const stages = new Map<string, string>()
  let root = directory
  let cwd = directory
  for (const { name, rest } of await instructions()) {
    if (name === 'FROM') {
      root = join(directory, rest.split(' AS ')[1] ?? 'image')
      stages.set(basename(root), root)
      cwd = root
      await mkdir(root, { recursive: true })
    } else if (name === 'WORKDIR') {
      cwd = join(root, rest)
      await mkdir(cwd, { recursive: true })
    } else if (name === 'COPY') await copy(rest, cwd, root, stages)
    else if (name === 'RUN') await carryOut(rest, cwd)
  }
  return root
}

async function copy(
  rest: string,
  cwd: string,
  root: string,
  stages: ReadonlyMap<string, string>,
): Promise<void> {
  const words = rest.split(' ')
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const target = words.pop() ?? ''
  const goal = target.startsWith('/') ? join(root, target) : join(cwd, target)
  for (const word of words) {
    const source = from === undefined ? inRepository(word) : join(stages.get(from) ?? '', word)
    const isFolder = target.endsWith('/') && words.length > 0
    await cp(source, isFolder ? join(goal, basename(source)) : goal, { recursive: true })
  }
}

async function carryOut(command: string, cwd: string): Promise<void> {
  if (command.startsWith('npm ci --ignore-scripts')) {
    // The tools of the build are a gigabyte, and those of this repository come from the same lockfile.
    await symlink(inRepository('node_modules'), join(cwd, 'node_modules'))
    return
  }
  const bin = inRepository('node_modules/.bin')
  const { code, said } = await run('sh', ['-c', command], {
    cwd,
    env: {
      ...process.env,
      PATH: `${bin}:${process.env['PATH']}`,
      npm_config_prefer_offline: 'true',
    },
  })
  if (code !== 0) throw new Error(`RUN ${command}\n${said.slice(-4000)}`)
}
