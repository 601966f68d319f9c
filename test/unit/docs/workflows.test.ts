/** What runs with the project's rights is named by its content, and cannot be changed by others. */
import { readdirSync, readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

const folder = '.github/workflows'
const workflows = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'))

test('every action is pinned to a commit', () => {
  const used = workflows.flatMap((text) =>
    [...text.matchAll(/uses: (\S+)/g)].map(([, name]) => name),
  )
  expect(used.length).toBeGreaterThan(0)
  for (const name of used) expect(name).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
})

test('workflows may read, and only a release may prove who it is', () => {
  for (const text of workflows) expect(text).toMatch(/^permissions:\n {2}contents: read$/m)
  const proving = workflows.filter((text) => text.includes('id-token: write'))
  expect(proving).toHaveLength(1)
  expect(proving[0]).toContain('npm publish --provenance')
})

test('the scripts that they run exist', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  )
  const run = workflows.join('\n').matchAll(/npm run ([\w:]+)/g)
  for (const [, name = ''] of run) expect(Object.keys(scripts)).toContain(name)
})

test('the changelog has its versions in order, the newest first', () => {
  const text = readFileSync('CHANGELOG.md', 'utf8')
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)
  expect(headings[0]).toBe('Unreleased')
  const versions = headings.slice(1).map((heading) => heading.split(' ')[0] ?? '')
  for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  const numbers = versions.map((version) => version.split('.').map(Number))
  const sorted = numbers.toSorted((a, b) => {
    const at = a.findIndex((part, index) => part !== b[index])
    return at === -1 ? 0 : (b[at] ?? 0) - (a[at] ?? 0)
  })
  expect(numbers).toEqual(sorted)
})
