import { neon, neonConfig } from '@neondatabase/serverless'
import { afterEach, expect, test } from 'vitest'

import { DriverError } from '../../../src/drivers/driver-error.ts'
import type { ReadWork, Target } from '../../../src/drivers/driver.ts'
import { neonDriver } from '../../../src/drivers/neon.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { toXid } from '../../../src/tide/xid.ts'

interface Seen {
  readonly url: string
  readonly init: RequestInit
  readonly headers: Headers
  readonly body: unknown
}

const seen: Seen[] = []

afterEach(() => {
  seen.length = 0
  neonConfig.fetchFunction = undefined
})

/** A `fetch` that keeps what it is given and answers with `make`. */
function answering(make: (seen: Seen) => Response) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const request = {
      url,
      init,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    }
    seen.push(request)
    return make(request)
  }
}

const result = {
  fields: [{ name: 'n', dataTypeID: 23 }],
  rows: [['1']],
  command: 'SELECT',
  rowCount: 1,
  rowAsArray: true,
}

const gateway: Target = {
  name: 'fra-1',
  role: 'standby',
  url: 'postgresql://app:secret@fra.example/app',
  endpoint: 'https://gateway.example/sql',
  gateway: true,
}

function work(more: Partial<ReadWork> = {}): ReadWork {
  const { signal } = new AbortController()
  return { queries: [{ text: 'select $1::int as n', params: [1] }], xids: [], signal, ...more }
}

async function failure(running: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof DriverError)) throw new Error('Expected a DriverError', { cause: error })
  return error
}

function broken(): string {
  throw new TypeError('no secret today')
}

test('a gateway is asked in one plain request, and its headers are the positions', async () => {
  const fetch = answering(() =>
    Response.json(result, {
      headers: {
        'Tidegate-Role': 'standby',
        'Tidegate-Epoch': '3',
        'Tidegate-At': '1767225600000',
        'Tidegate-Lo': '16/B374D848',
        'Tidegate-Hi': '16/B374D900',
        'Tidegate-Shown': '748',
      },
    }),
  )

  const answer = await neonDriver({ fetch }).read(
    gateway,
    work({
      xids: [toXid(748n), toXid(751n)],
      need: { epoch: 3, lsn: parseLsn('16/B374D800'), waitMs: 20.7 },
    }),
  )

  expect(answer).toMatchObject({
    role: 'standby',
    epoch: 3,
    at: 1_767_225_600_000,
    timeline: undefined,
    lo: { lsn: parseLsn('16/B374D848') },
    hi: parseLsn('16/B374D900'),
    shown: [748n],
    results: [{ rows: [['1']] }],
  })
  expect(seen).toHaveLength(1)
  const [{ url, init, headers, body } = { url: '', init: {}, headers: new Headers(), body: {} }] =
    seen
  expect(url).toBe('https://gateway.example/sql')
  expect(init).toMatchObject({ method: 'POST', cache: 'no-store' })
  expect(body).toEqual({ query: 'select $1::int as n', params: ['1'] })
  expect(Object.fromEntries(headers)).toMatchObject({
    'neon-raw-text-output': 'true',
    'neon-array-mode': 'true',
    'tidegate-positions': 'true',
    'tidegate-read-only': 'true',
    'tidegate-need': '3:16/B374D800',
    'tidegate-wait-ms': '20',
    'tidegate-xids': '748,751',
  })
  expect(headers.get('neon-connection-string')).toContain('app:secret@fra.example/app')
})

test('a batch through a gateway stays one transaction, and a read of it cannot write', async () => {
  const lo = {
    'Tidegate-Lo': 'xmin=748',
    'Tidegate-Role': 'primary',
    'Tidegate-Timeline': '2',
  }
  const fetch = answering(() => Response.json({ results: [result] }, { headers: lo }))

  const answer = await neonDriver({ fetch }).read(
    gateway,
    work({ transaction: { isolationLevel: 'RepeatableRead' } }),
  )

  expect(answer).toMatchObject({
    role: 'primary',
    timeline: 2,
    epoch: undefined,
    lo: { xmin: 748n },
    hi: undefined,
    shown: [],
  })
  expect(Object.fromEntries(seen[0]?.headers ?? [])).toMatchObject({
    'neon-batch-read-only': 'true',
    'neon-batch-isolation-level': 'RepeatableRead',
  })
})

test('several statements without options are one transaction through a gateway as well', async () => {
  const lo = { 'Tidegate-Lo': '0/1' }
  const fetch = answering(() => Response.json({ results: [result, result] }, { headers: lo }))
  const [query] = work().queries
  const queries = query ? [query, query] : []
  const answer = await neonDriver({ fetch }).read(gateway, work({ queries }))
  expect(answer.results).toHaveLength(2)
  expect(seen[0]?.headers.get('neon-batch-read-only')).toBe('true')
})

test('a write through a gateway stays as it is, and its commit comes in a header', async () => {
  const headers = { 'Tidegate-Commit': '16/B374D848', 'Tidegate-Epoch': '2' }
  const fetch = answering(() => Response.json(result, { headers }))
  const answer = await neonDriver({ fetch }).write(gateway, work())

  expect(answer).toMatchObject({ epoch: 2, commit: { lsn: parseLsn('16/B374D848') } })
  expect(seen[0]?.body).toEqual({ query: 'select $1::int as n', params: ['1'] })
  expect(seen[0]?.headers.has('tidegate-read-only')).toBe(false)
})

test('a gateway that does not have the position says so, and a proxy of its own opinion does not', async () => {
  const outcome = { 'Tidegate-Outcome': 'behind' }
  const behind = answering(() => Response.json({}, { status: 504, headers: outcome }))
  expect(await failure(neonDriver({ fetch: behind }).read(gateway, work()))).toMatchObject({
    failure: 'behind',
    committed: 'no',
  })

  const proxy = answering(() => new Response('timeout', { status: 504 }))
  expect(await failure(neonDriver({ fetch: proxy }).write(gateway, work()))).toMatchObject({
    failure: 'unreachable',
    committed: 'unknown',
  })
})

test('an answer without a position is not taken for one', async () => {
  const fetch = answering(() => Response.json(result))
  expect(await failure(neonDriver({ fetch }).read(gateway, work()))).toMatchObject({
    failure: 'unreachable',
  })
})

test('what is no answer of Postgres is a failure of the node, not a crash of the parser', async () => {
  for (const response of [
    () => new Response('<html>bad request</html>', { status: 400 }),
    () => new Response('{"results":', { status: 200 }),
    () => Response.json({ msg: 'no' }, { status: 503 }),
  ]) {
    expect(
      await failure(neonDriver({ fetch: answering(response) }).write(gateway, work())),
    ).toMatchObject({ failure: 'unreachable', committed: 'unknown', sqlState: undefined })
  }
})

test('a SQLSTATE in the body reaches the caller, and no value does', async () => {
  const fetch = answering(() =>
    Response.json(
      { message: 'Key (email)=(a secret) already exists', code: '23505' },
      { status: 400 },
    ),
  )
  const error = await failure(neonDriver({ fetch }).write(gateway, work()))
  expect(error).toMatchObject({ failure: 'sql', sqlState: '23505', committed: 'no' })
  expect(error.message).not.toContain('secret')
})

test("the app's own use of neon keeps its settings while ours is under way", async () => {
  const theirs: string[] = []
  neonConfig.fetchFunction = async (url: string) => {
    theirs.push(url)
    return Response.json(result)
  }
  const appFetch: unknown = neonConfig.fetchFunction
  const fetch = answering(() => Response.json(result, { headers: { 'Tidegate-Lo': '0/1' } }))

  const ours = neonDriver({ fetch }).read(gateway, work())
  expect(neonConfig.fetchFunction).toBe(appFetch)
  const sql = neon('postgresql://app:secret@ep-1.neon.example/app')
  const [rows] = await Promise.all([sql`select 1 as n`, ours])

  expect(rows).toEqual([{ n: 1 }])
  expect(theirs).toEqual(['https://api.neon.example/sql'])
  expect(seen.map(({ url }) => url)).toEqual(['https://gateway.example/sql'])
  expect(neonConfig.fetchFunction).toBe(appFetch)
})

test("without a fetch of its own the driver takes the app's", async () => {
  neonConfig.fetchFunction = answering(() =>
    Response.json(result, { headers: { 'Tidegate-Lo': '0/1' } }),
  )
  await neonDriver().read(gateway, work())
  expect(seen).toHaveLength(1)
})

test('a connection string may be asked for before each query, and failing to is no doubt', async () => {
  const fetch = answering(() => Response.json(result, { headers: { 'Tidegate-Lo': '0/1' } }))
  const driver = neonDriver({ fetch })
  let asked = 0
  const url = async (): Promise<string> => `postgresql://app:${(asked += 1)}@fra.example/app`
  for (let i = 0; i < 2; i++) await driver.read({ ...gateway, url }, work())
  expect(seen.map(({ headers }) => headers.get('neon-connection-string'))).toEqual([
    expect.stringContaining('app:1@'),
    expect.stringContaining('app:2@'),
  ])

  expect(await failure(driver.write({ ...gateway, url: broken }, work()))).toMatchObject({
    failure: 'unreachable',
    committed: 'no',
  })
})

test.each([['a-token'], [async () => await Promise.resolve('a-token')]])(
  'a gateway is shown the bearer token that it wants: %o',
  async (bearerToken) => {
    const driver = neonDriver({ fetch: answering(() => Response.json(result)) })
    await driver.write({ ...gateway, role: 'primary', bearerToken }, work())
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer a-token')
  },
)

test('a bearer token that cannot be had leaves a write not sent', async () => {
  const driver = neonDriver({ fetch: answering(() => Response.json(result)) })
  const error = await failure(
    driver.write({ ...gateway, role: 'primary', bearerToken: broken }, work()),
  )
  expect(error).toMatchObject({ failure: 'unreachable', committed: 'no' })
  expect(seen).toEqual([])
})
