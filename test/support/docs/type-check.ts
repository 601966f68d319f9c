/** Blocks of TypeScript as an app has them: each a module of its own, with the package beside it. */
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { packageEntries } from '../package-entries.ts'
import type { Block } from './markdown.ts'

const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
  types: ['node'],
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: false,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
}

/** @returns what the compiler says of them, by document and line */
export async function typeCheck(blocks: readonly Block[]): Promise<readonly string[]> {
  // Inside the repository, so that its dependencies are found.
  const folder = resolve(`node_modules/.cache/tidegate/docs-${process.pid}`)
  await mkdir(folder, { recursive: true })
  try {
    const names = blocks.map(({ file, line }) => `${file.replaceAll('/', '_')}.${line}.ts`)
    for (const [index, { code, before }] of blocks.entries()) {
      // All on one line, so that the compiler's lines are the document's.
      const first = `${before.trim().replaceAll(/\s*\n\s*/g, '; ')}; export {};`
      // They stand in the repository's root.
      const whole = `${first}\n${code}\n`.replaceAll(/from '\.\//g, `from '${resolve()}/`)
      await writeFile(join(folder, names[index] ?? ''), whole)
    }
    const entries = Object.entries(await packageEntries())
    const paths = Object.fromEntries(entries.map(([name, source]) => [name, [source]]))
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, paths }, files: names }),
    )
    const said = await compile(folder)
    return said.map((each) => toDocument(each, blocks, names))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function compile(folder: string): Promise<readonly string[]> {
  const words = [resolve('node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false']
  const stdout = await new Promise<string>((done) => {
    execFile(process.execPath, words, (_, out) => done(out))
  })
  return stdout.split('\n').filter((line) => line.includes('error TS'))
}

function toDocument(said: string, blocks: readonly Block[], names: readonly string[]): string {
  const [, name, line, what] = /([^/]+\.ts)\((\d+),\d+\): (.*)/.exec(said) ?? []
  const block = blocks[names.indexOf(name ?? '')]
  return block ? `${block.file}:${block.line + Number(line) - 2}: ${what}` : said
}
