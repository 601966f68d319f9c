import { expect, test } from 'vitest'

import { Seals } from '../../../src/client/seals.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { sealToken } from '../../../src/tide/seal.ts'
import { importTokenKeys } from '../../../src/tide/token-keys.ts'
import { type Token, toToken } from '../../../src/tide/token.ts'

const secret = 'a secret of at least 32 characters'

function tokenAt(position: string): Token {
  return toToken({ epoch: 1, lsn: parseLsn(position) })
}

/** Seals that tell how often they needed their keys. */
async function counted(secrets: readonly string[] = [secret]) {
  const keys = await importTokenKeys(secrets)
  let uses = 0
  const seals = new Seals(async () => {
    uses++
    return await Promise.resolve(keys)
  })
  return { seals, uses: () => uses }
}

test('what was sealed here is opened without the keys', async () => {
  const { seals, uses } = await counted()
  const text = await seals.seal(tokenAt('16/B374D848'))
  expect(await seals.open(text)).toEqual(tokenAt('16/B374D848'))
  expect(uses()).toBe(1)
})

test('what was sealed elsewhere is verified once', async () => {
  const { seals, uses } = await counted()
  const text = await sealToken(tokenAt('16/B374D848'), await importTokenKeys([secret]))
  expect(await seals.open(text)).toEqual(tokenAt('16/B374D848'))
  expect(await seals.open(text)).toEqual(tokenAt('16/B374D848'))
  expect(uses()).toBe(1)
})

test('what nobody here has sealed is refused each time', async () => {
  const { seals } = await counted()
  const other = await importTokenKeys(['another secret of at least 32 characters'])
  const forged = await sealToken(tokenAt('FF/FFFFFFFF'), other)
  for (let i = 0; i < 2; i++) {
    await expect(seals.open(forged)).rejects.toMatchObject({ code: 'TOKEN_FORGED' })
  }
})

test('what is remembered does not grow without bound, and what was forgotten is still good', async () => {
  const { seals, uses } = await counted()
  const first = await seals.seal(tokenAt('0/1'))
  for (let position = 2; position <= 1_001; position++) {
    await seals.seal(tokenAt(`0/${position.toString(16)}`))
  }
  const before = uses()
  expect(await seals.open(first)).toEqual(tokenAt('0/1'))
  expect(uses()).toBe(before + 1)
})
