import { expect, test } from 'vitest'

import { toDriverError } from '../../../src/drivers/failure.ts'
import { HttpRefusal } from '../../../src/drivers/http-refusal.ts'

const write = {
  node: 'iad-1',
  writes: true,
  sent: true,
  signal: new AbortController().signal,
}

function postgres(code: string): Error {
  return Object.assign(new Error(`Key (email)=(someone@example.com) already exists`), { code })
}

test.each([
  // What Postgres refused is not in the database.
  ['23505', 'sql', 'no'],
  ['25006', 'sql', 'no'],
  ['40001', 'sql', 'no'],
  ['57014', 'sql', 'no'],
  // It was ended, and what it did before is not told.
  ['57P01', 'unreachable', 'unknown'],
  ['57P02', 'unreachable', 'unknown'],
  ['08006', 'unreachable', 'unknown'],
  ['08P01', 'unreachable', 'unknown'],
  ['40003', 'sql', 'unknown'],
  // It did not let us in.
  ['57P03', 'unreachable', 'no'],
  ['53300', 'overloaded', 'no'],
])('a write that ends with SQLSTATE %s is %s, and committed: %s', (code, failure, committed) => {
  expect(toDriverError(postgres(code), write)).toMatchObject({
    failure,
    committed,
    sqlState: code,
  })
})

test.each(['08P01', '08001', '57P01', '53300'])(
  'with SQLSTATE %s Postgres itself may refuse a statement, of a foreign server for example',
  (code) => {
    const told = { severity: 'ERROR', routine: 'pgfdw_report_error' }
    expect(toDriverError(Object.assign(postgres(code), told), write)).toMatchObject({
      failure: 'sql',
      committed: 'no',
    })
    // Of a pooler, or of the end of a connection, the same code says otherwise.
    for (const other of [{ severity: 'ERROR' }, { ...told, severity: 'FATAL' }]) {
      const error = Object.assign(postgres(code), other)
      expect(toDriverError(error, write).failure).not.toBe('sql')
    }
  },
)

test.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT'])(
  'a write that got no connection (%s) did not run, however deep the cause lies',
  (code) => {
    const refused = Object.assign(new Error('connect'), { code })
    const fetchFailed = new TypeError('fetch failed', { cause: refused })
    const byNeon = Object.assign(new Error('Error connecting'), { sourceError: fetchFailed })
    expect(toDriverError(byNeon, write)).toMatchObject({ failure: 'unreachable', committed: 'no' })
  },
)

test('a write that lost its connection may have run', () => {
  for (const code of ['ECONNRESET', 'EPIPE']) {
    const lost = Object.assign(new Error('lost'), { code })
    expect(toDriverError(lost, write)).toMatchObject({
      failure: 'unreachable',
      committed: 'unknown',
      sqlState: undefined,
    })
  }
  expect(toDriverError(new TypeError('fetch failed'), write).committed).toBe('unknown')
})

test.each([
  [413, 'unreachable', 'no'],
  [429, 'overloaded', 'no'],
  [500, 'unreachable', 'unknown'],
  [502, 'unreachable', 'unknown'],
  [503, 'unreachable', 'unknown'],
  [507, 'unreachable', 'unknown'],
])('a write that HTTP answers with %i is %s, and committed: %s', (status, failure, committed) => {
  const refusal = new HttpRefusal(new Response('', { status }))
  expect(toDriverError(refusal, write)).toMatchObject({ failure, committed })
})

test.each([
  [503, 'overloaded', 'overloaded', 'no'],
  [500, 'unreachable', 'unreachable', 'no'],
  [500, 'a word of another', 'unreachable', 'unknown'],
])('a gateway that answers %i and says «%s» is %s, and committed: %s', (...told) => {
  const [status, outcome, failure, committed] = told
  const headers = { 'Tidegate-Outcome': outcome }
  const refusal = new HttpRefusal(new Response('', { status, headers }))
  expect(toDriverError(refusal, write)).toMatchObject({ failure, committed })
})

test('a read and what was never sent are in no database', () => {
  const lost = new Error('lost')
  expect(toDriverError(lost, { ...write, writes: false }).committed).toBe('no')
  expect(toDriverError(lost, { ...write, sent: false }).committed).toBe('no')
})

test('a write whose commit was acknowledged is there, whatever failed afterwards', () => {
  const error = toDriverError(postgres('57P01'), { ...write, committed: true })
  expect(error.committed).toBe('yes')
})

test('a signal that has fired explains an error that says nothing, but no SQLSTATE', () => {
  const aborted = { ...write, signal: AbortSignal.abort() }
  expect(toDriverError(new Error('closed'), aborted).failure).toBe('aborted')
  expect(toDriverError(postgres('23505'), aborted).failure).toBe('sql')
})

test('messages name the node and the SQLSTATE, and quote nothing', () => {
  const cause = postgres('23505')
  const error = toDriverError(cause, write)
  expect(error.message).toBe('iad-1 refused the statement (SQLSTATE 23505).')
  expect(error.cause).toBe(cause)
})

test('an error that has been understood already passes as it is', () => {
  const error = toDriverError(new Error('lost'), write)
  expect(toDriverError(error, { ...write, node: 'another' })).toBe(error)
})
