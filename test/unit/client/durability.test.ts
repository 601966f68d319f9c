import { types } from '@neondatabase/serverless'
import { expect, test } from 'vitest'

import { createTidegate, type Tidegate } from '../../../src/client/tidegate.ts'
import type { Driver } from '../../../src/drivers/driver.ts'
import type { Durability } from '../../../src/sql/index.ts'

const notAsked: Driver = {
  read: async () => await Promise.reject(new Error('a read was sent')),
  write: async () => await Promise.reject(new Error('a write was sent')),
}

function client(durability?: Durability): Tidegate {
  return createTidegate(
    { primary: { region: 'iad', url: 'postgresql://app:secret@db.example.org/app' }, durability },
    { driver: notAsked, types },
  )
}

/** As it comes from a file or from JavaScript, where no type stands in its way. */
const wrong: { durability: Durability } = JSON.parse(`{"durability": "on; drop table note"}`)
const refusal = {
  code: 'CONFIG_INVALID',
  message: expect.stringMatching(/^[^;]*durability: expected one of off, local, [^;]*$/),
}

test('a durability that Postgres does not know is refused at start', () => {
  expect(() => client(wrong.durability)).toThrow(expect.objectContaining(refusal))
})

test('it is refused at the call, and nothing is sent', async () => {
  const tg = client()
  const { sql } = tg.session()
  expect(() => sql.with(wrong)).toThrow(expect.objectContaining(refusal))
  expect(() => tg.session(undefined, wrong)).toThrow(expect.objectContaining(refusal))
  await expect(sql.query('delete from note', [], wrong)).rejects.toMatchObject(refusal)
  await expect(sql.transaction([sql`delete from note`], wrong)).rejects.toMatchObject(refusal)
})
