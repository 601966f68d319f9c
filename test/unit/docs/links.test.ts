/** Links within the repository lead somewhere. Others are not followed: there is no network in tests. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { anchorsOf, documents, linksOf } from '../../support/docs/markdown.ts'

test.each(documents())('the links of %s lead to what is there', (file) => {
  const dead = linksOf(file).flatMap(({ line, target }) => {
    if (/^(https?|mailto):/.test(target)) return []
    const [path = '', anchor] = target.split('#')
    const to = path === '' ? file : join(dirname(file), decodeURIComponent(path))
    const isThere = existsSync(to)
    const hasAnchor = anchor === undefined || (isThere && anchorsOf(to).has(anchor))
    return isThere && hasAnchor ? [] : [`${file}:${line}: ${target}`]
  })
  expect(dead).toEqual([])
})

test('every page of docs/ can be reached from its index', () => {
  const index = 'docs/README.md'
  const reached = new Set([index])
  for (const file of reached) {
    for (const { target } of linksOf(file)) {
      const to = join(dirname(file), target.split('#')[0] ?? '')
      if (/^docs\/.*\.md$/.test(to) && existsSync(to)) reached.add(to)
    }
  }
  const pages = documents().filter((file) => file.startsWith('docs/'))
  expect(pages.filter((page) => !reached.has(page))).toEqual([])
})
