import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

test('the lines of the README run as they stand', async () => {
  const readme = await readFile('README.md', 'utf8')
  const [, code] = /### A world in a test\n[^`]+```ts\n([\s\S]+?)```/.exec(readme) ?? []
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module-typescript',
    '--eval',
    code ?? '',
  ])
  expect(stdout).toBe('[]\n')
})
