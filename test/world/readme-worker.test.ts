import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { startWorld } from '../../infra/local/world.ts'
import { nodeIn } from '../support/node-in.ts'
import { startWorker } from '../support/worker.ts'

test('the lines of the README run as they stand in a Worker, and a browser sees its own writes', async () => {
  const readme = await readFile('README.md', 'utf8')
  const [, code] = /### In a Worker\n+```ts\n([\s\S]+?)```/.exec(readme) ?? []
  expect(code).toBeDefined()
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema: `create table posts (id serial primary key, author text);
      create schema tidegate;
      create table tidegate.tide (
        id boolean primary key default true check (id), lsn pg_lsn not null, at timestamptz not null)`,
    distanceScale: 0,
  })
  const fra = nodeIn(world, 'fra', 'standby')
  // Beside node_modules, so that the driver is found.
  const directory = await mkdtemp(join('node_modules', '.tidegate-readme-'))
  try {
    const main = join(directory, 'worker.ts')
    await writeFile(main, code ?? '')
    await using worker = await startWorker({
      main,
      databases: {
        iad: world.primary.url(),
        fra: fra.url(),
        syd: nodeIn(world, 'syd', 'subscriber').url(),
      },
      vars: {
        PRIMARY_URL: 'postgresql://app:password@db.iad.test/app',
        FRA_URL: 'postgresql://app:password@db.fra.test/app',
        SYD_URL: 'postgresql://app:password@db.syd.test/app',
      },
    })
    await fra.pauseReplay()
    const first = await worker.fetch('/?author=ada')
    expect(JSON.parse(await first.text())).toEqual([])
    expect(first.headers.get('server-timing')).toMatch(/fra.*standby.*iad.*primary/)

    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    const second = await worker.fetch('/?author=ada', { headers: { cookie } })
    expect(JSON.parse(await second.text())).toMatchObject([{ author: 'ada' }])
    const strangers = await worker.fetch('/?author=ada')
    expect(JSON.parse(await strangers.text())).toEqual([])
  } finally {
    await rm(directory, { recursive: true })
  }
})
