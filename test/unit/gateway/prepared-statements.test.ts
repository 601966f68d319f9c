import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { PreparedStatements } from '../../../gateway/postgres/prepared-statements.ts'

test('a text is prepared when it comes again, and then only used', () => {
  const statements = new PreparedStatements(2)
  expect(statements.prepare('a')).toEqual({ name: '', parse: true })
  const second = statements.prepare('a')
  expect(second).toEqual({ name: expect.stringMatching(/^tidegate_/), parse: true })
  expect(statements.prepare('a')).toEqual({ ...second, parse: false })
})

test('a name means one text, is parsed before it is used, and no more are open than may be', () => {
  const most = 3
  const events = fc.array(
    fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constant(undefined)),
  )
  fc.assert(
    fc.property(events, (texts) => {
      const statements = new PreparedStatements(most)
      const server = new Map<string, string>()
      const seen = new Map<string, string>()
      for (const text of texts) {
        if (text === undefined) {
          statements.clear()
          server.clear()
          continue
        }
        const { name, parse } = statements.prepare(text)
        for (const closed of statements.takeClosable()) server.delete(closed)
        if (name === '') continue
        expect(seen.get(name) ?? text).toBe(text)
        seen.set(name, text)
        if (parse) server.set(name, text)
        expect(server.get(name)).toBe(text)
        expect(server.size).toBeLessThanOrEqual(most)
      }
    }),
  )
})
