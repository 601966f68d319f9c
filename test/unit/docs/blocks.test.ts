/** What the documents show as code is code: it compiles, parses, and names what exists. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { transformSync } from 'esbuild'
import { parse } from 'libpg-query'
import { expect, test } from 'vitest'

import { ConsumerMetrics } from '../../../cdc-consumer/operations/metrics.ts'
import { settingsHelp } from '../../../cdc-consumer/operations/settings.ts'
import { Metrics } from '../../../gateway/operations/metrics.ts'
import { helpText } from '../../../gateway/settings/help.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { type Block, blocksOf, documents } from '../../support/docs/markdown.ts'
import { typeCheck } from '../../support/docs/type-check.ts'

/** What is generated is what a compiler has said already. */
const generated = 'docs/api.md'
const blocks = documents()
  .filter((file) => file !== generated)
  .flatMap((file) => blocksOf(file))

function of(...languages: readonly string[]): readonly Block[] {
  return blocks.filter(({ language }) => languages.includes(language))
}

function whereOf({ file, line }: Block): string {
  return `${file}:${line}`
}

/** Shown as text, or checked by those who use them. */
const unchecked = ['', 'dockerfile', 'hcl', 'mermaid', 'promql', 'text', 'yaml']
const languages = new Set(['ts', 'js', 'jsx', 'json', 'jsonc', 'sql', 'sh', ...unchecked])

test('every block is in a language that is known here: one that is misspelt would not be checked', () => {
  expect(blocks.filter(({ language }) => !languages.has(language)).map(whereOf)).toEqual([])
})

test('TypeScript compiles, strictly, against the package', async () => {
  expect(await typeCheck(of('ts'))).toEqual([])
}, 120_000)

test('JavaScript parses', () => {
  for (const block of of('js', 'jsx')) {
    expect(() => transformSync(block.code, { loader: 'jsx' }), whereOf(block)).not.toThrow()
  }
})

test('JSON parses', () => {
  for (const block of of('json', 'jsonc')) {
    const plain = block.code.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(\s*[}\]])/g, '$1')
    expect(() => JSON.parse(plain) as unknown, whereOf(block)).not.toThrow()
  }
})

test('SQL is what PostgreSQL 18 parses', async () => {
  for (const block of of('sql')) {
    await expect(parse(block.code), whereOf(block)).resolves.toBeDefined()
  }
})

test('shell parses', () => {
  // One shell for all: to start one takes longer than it reads.
  const input = of('sh').map((block) => `: ${whereOf(block)}\n${block.code}\n`)
  execFileSync('bash', ['-n'], { input: input.join('') })
})

test('scripts, commands, options and variables that shell blocks name exist', async () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  )
  const variables = `${helpText()}${settingsHelp()}`
  const strange: string[] = []
  for (const block of of('sh')) {
    const note = (text: string): unknown => strange.push(`${whereOf(block)}: ${text}`)
    for (const [text, name = ''] of block.code.matchAll(/npm run ([\w:]+)/g)) {
      if (!(name in scripts)) note(text)
    }
    for (const [text, name = ''] of block.code.matchAll(/\b(TIDEGATE_\w+)=/g)) {
      if (!variables.includes(name) && !secrets.has(name)) note(text)
    }
    for (const [text, name = '', words = ''] of block.code.matchAll(tidegateCall)) {
      if (!(await isCall(name, words))) note(text)
    }
  }
  expect(strange).toEqual([])
})

test('the metrics that documents name exist', async () => {
  const gateway = await new Metrics({
    pools: () => noPools,
    cache: () => undefined,
    nodes: [],
    isHome: () => true,
  }).render()
  const text = gateway.text + (await new ConsumerMetrics().registry.metrics())
  const strange = documents().flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\btidegate_\w+(?:_total|_seconds|_bytes)\b/g)]
      .map(([name]) => name)
      .filter((name) => !text.includes(`# TYPE ${name} `))
      .map((name) => `${file}: ${name}`),
  )
  expect(strange).toEqual([])
})

const noPools = { pools: 0, connections: 0, idle: 0, waiting: 0 }

/** Names that a user gives, or that a command reads itself. */
const secrets = new Set(['TIDEGATE_TOKEN_KEY', 'TIDEGATE_CONSUMER_PASSWORD'])

const tidegateCall = /(?:^|npx |node cli\/main\.ts |' )(?:tidegate|cli\/main\.ts) ([a-z]+)(.*)/gm

/** Whether there is such a command, and it takes these options. */
async function isCall(name: string, words: string): Promise<boolean> {
  const { code, out } = await runCli([name, '--help'])
  const plain = words.replace(/ #.*/, '').replaceAll(/'[^']*'|"[^"]*"/g, '')
  const options = [...plain.matchAll(/ (--[\w-]+)/g)].map(([, option = '']) => option)
  return code === 0 && options.every((option) => out.includes(option))
}
