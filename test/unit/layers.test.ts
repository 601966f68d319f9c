import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'tidegate-layers-'))
  await cp(join(root, 'oxlint.config.ts'), join(project, 'oxlint.config.ts'))
  // Where the configuration finds the linter that it is written for.
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
})

afterAll(async () => await rm(project, { recursive: true }))

async function lint(file: string, imported: string): Promise<string> {
  const path = join(project, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `import { x } from '${imported}'\n\nexport const y = x\n`)
  const oxlint = join(root, 'node_modules/.bin/oxlint')
  // It ends with 1 when it has something to say.
  return await promisify(execFile)(oxlint, [file], { cwd: project }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}

test.each([
  ['src/tide/a.ts', '../gate/need.ts'],
  ['src/tide/a.ts', '../sql/index.ts'],
  ['src/sql/a.ts', '../client/sql.ts'],
  ['src/cache/a.ts', '../drivers/neon.ts'],
  ['src/cache/stores/a.ts', '../../gate/need.ts'],
  ['src/gate/a.ts', '../client/session.ts'],
  ['src/drivers/node/a.ts', '../../gate/need.ts'],
  ['src/client/a.ts', '../../gateway/server.ts'],
  ['src/cache/a.ts', '../../redis-http/server.ts'],
  ['src/errors.ts', './tide/lsn.ts'],
  ['gateway/a.ts', '../test/support/x.ts'],
])('%s must not import %s', async (file, imported) => {
  expect(await lint(file, imported)).toContain('layers point one way')
})

test.each([
  ['src/sql/a.ts', '../tide/lsn.ts'],
  ['src/tide/a.ts', './lsn.ts'],
  ['src/tide/a.ts', '../errors.ts'],
  ['src/gate/a.ts', '../cache/tide-table.ts'],
  ['src/adapters/a.ts', '../client/sql.ts'],
  ['cli/a.ts', '../gateway/server.ts'],
  ['test/unit/a.ts', '../../src/gate/need.ts'],
])('%s may import %s', async (file, imported) => {
  const output = await lint(file, imported)
  expect(output).toContain('Finished')
  expect(output).not.toContain('layers point one way')
})

test.each([
  ['src/tide/a.ts', 'node:crypto'],
  ['src/client/a.ts', 'ioredis'],
  ['src/drivers/a.ts', 'pg'],
  ['src/drivers/a.ts', './node/pg.ts'],
  ['src/client/a.ts', '../drivers/node/pg.ts'],
  ['src/index.ts', 'pg'],
  ['workers/cloudflare/a.ts', 'node:fs'],
])('%s runs at the edge and must not import %s', async (file, imported) => {
  expect(await lint(file, imported)).toContain('Web APIs only')
})

test.each(['pg', 'node:net'])('the driver for servers may import %s', async (imported) => {
  const output = await lint('src/drivers/node/a.ts', imported)
  expect(output).toContain('Finished')
  expect(output).not.toContain('Web APIs only')
})
