/** What is said of the Dockerfile without running it; `agents.test.ts` runs it. */
import { access } from 'node:fs/promises'

import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'

import { instructions, listOf } from '../support/infra/dockerfile.ts'
import { at, inRepository, textOf } from '../support/infra/repository.ts'

test('Docker’s language server has nothing against it', async () => {
  expect(validate(await textOf('Dockerfile'))).toEqual([])
})

test('its Node is the one that the tests run on', async () => {
  const [first] = await instructions()
  const version: unknown = at(JSON.parse(await textOf('package.json')), 'devDependencies', 'node')
  expect(first).toEqual({ name: 'ARG', rest: `NODE_VERSION=${String(version)}` })
  const bases = (await instructions()).filter(({ name }) => name === 'FROM')
  for (const { rest } of bases) expect(rest).toMatch(/^node:\$\{NODE_VERSION\}-/)
})

test('whatever it copies is there, and nothing else is sent to the builder', async () => {
  const ignored = (await textOf('.dockerignore')).split('\n')
  expect(ignored).toContain('*')
  const sources = (await instructions())
    .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from='))
    .flatMap(({ rest }) => rest.split(' ').slice(0, -1))
  for (const source of sources) {
    await expect(access(inRepository(source)), source).resolves.toBeUndefined()
    const isSent = ignored.some(
      (line) => line.startsWith('!') && `${source}/`.startsWith(`${line.slice(1)}/`),
    )
    expect(isSent, source).toBe(true)
  }
})

test('it runs as a user without privileges, and ends when it is told to', async () => {
  const user = (await instructions()).findLast(({ name }) => name === 'USER')
  // By number: Kubernetes cannot tell of a name that it is not root.
  expect(user?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  // In the form of a list: a shell would keep the signal to itself.
  expect(await listOf('ENTRYPOINT')).toEqual(['node', '/app/dist/cli/main.js'])
  expect(await listOf('CMD')).toEqual(['agent'])
})
