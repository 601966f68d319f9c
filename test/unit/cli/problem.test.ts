import { expect, test } from 'vitest'

import { problemOf } from '../../../cli/reach/problem.ts'
import { TidegateError } from '../../../src/errors.ts'

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

test('what went wrong is told in words, without what others say of it', () => {
  expect(problemOf(coded('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:5432'))).toBe(
    'nobody listens at its address',
  )
  expect(problemOf(coded('28P01', 'password authentication failed for user "ann"'))).toBe(
    'it refused the password',
  )
  expect(problemOf(coded('22P02', 'invalid input syntax for type integer: "a secret"'))).toBe(
    'Postgres refused it (22P02)',
  )
  const reply = new Error(`ERR unknown command 'GETT', with args beginning with: 'a secret'`)
  reply.name = 'ReplyError'
  expect(problemOf(reply)).toBe('Redis refused it (ERR)')
  expect(problemOf(new TidegateError('CONFIG_INVALID', 'field: expected a name.'))).toBe(
    'field: expected a name.',
  )
  expect(problemOf(new AggregateError([coded('ENOTFOUND', 'x')]))).toBe(
    'its host name is not known',
  )
})
