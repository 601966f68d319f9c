import { expect, test } from 'vitest'

import { commands } from '../../../cli/commands/index.ts'
import { runCli } from '../../support/cli/run-cli.ts'

test('every command tells of itself, by --help and in the overview', async () => {
  const overview = await runCli(['--help'])
  expect(overview.code).toBe(0)
  for (const { name, summary } of commands) {
    expect(overview.out).toContain(`${name} `)
    const help = await runCli([name, '--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain(summary)
    expect(help.out).toContain(`USAGE tidegate ${name}`)
    expect(help.out).toContain('--json')
  }
})

test('what was not asked rightly ends with 2, and nothing is done', async () => {
  expect(await runCli([])).toMatchObject({ code: 2 })
  expect(await runCli(['exlpain'])).toMatchObject({ code: 2, out: '' })
  const misspelt = await runCli(['explain', '--josn', 'select 1'])
  expect(misspelt).toMatchObject({ code: 2, out: '' })
  expect(misspelt.err).toContain('--josn: there is no such option')
  expect((await runCli(['explain', 'select 1', '--config'])).err).toContain('expected a value')
  expect((await runCli(['explain', 'select 1', 'from t'])).err).toContain('too many words')
})

test('there are colours only where they are wanted', async () => {
  const escape = '\u001B['
  expect((await runCli(['explain', 'select 1'])).out).not.toContain(escape)
  expect((await runCli(['explain', 'select 1'], { hasColour: true })).out).toContain(escape)
})

test('a configuration that is named and is not there is refused', async () => {
  const run = await runCli(['explain', 'select 1', '--config', 'absent.json'])
  expect(run).toMatchObject({ code: 2, out: '' })
  expect(run.err).toContain('absent.json: expected a file that can be read')
})
