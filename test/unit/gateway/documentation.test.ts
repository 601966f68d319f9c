import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { settingsMarkdown } from '../../../gateway/settings/help.ts'

/** Without what the formatter aligns columns with. */
function rows(markdown: string): string[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replaceAll(/ +/g, ' '))
}

test('the documentation has the table of settings as it is', () => {
  const documented = rows(readFileSync('docs/gateway.md', 'utf8'))
  for (const row of rows(settingsMarkdown())) expect(documented).toContain(row)
})
