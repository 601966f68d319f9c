import { expect, test } from 'vitest'

import { regionIn } from '../../../cli/init/inspect.ts'
import { runCli } from '../../support/cli/run-cli.ts'

function host(name: string): string {
  return `postgresql://u:p@${name}/db`
}

test('the host of a database tells its region where its cloud writes it there', () => {
  expect(regionIn(host('ep-cool-sun-123.eu-central-1.aws.neon.tech'))).toBe('fra')
  expect(regionIn(host('mydb.abc.us-east-1.rds.amazonaws.com'))).toBe('iad')
  expect(regionIn(host('db.lax.example.com'))).toBeUndefined()
  expect(regionIn(host('127.0.0.1:5432'))).toBeUndefined()
})

test('connection strings are not taken as words, nor shown', async () => {
  const run = await runCli(['init', 'postgresql://u:secret@host/db'])
  expect(run.code).toBe(2)
  expect(run.err).toContain('names of variables')
  expect(run.err).not.toContain('secret')
})

test('what is missing is named', async () => {
  expect((await runCli(['init'])).err).toContain('names of variables')
  expect((await runCli(['init', 'NOT_SET'])).err).toContain('NOT_SET is not set')
  const nowhere = await runCli(['init', 'URL=atlantis'])
  expect(nowhere.err).toContain("URL: expected an airport's code")
})
