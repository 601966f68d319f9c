/** What a thin client says to its gateways and hears from them; real gateways are in the world. */
import { neonConfig } from '@neondatabase/serverless'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { isTidegateError } from '../../../src/errors.ts'
import { tidegate, type ThinEvent, type ThinOptions } from '../../../src/thin/index.ts'

interface Asked {
  readonly host: string
  readonly headers: Headers
}

type Answer = Readonly<Record<string, string>> | Error | number

const asked: Asked[] = []
let answers: Answer[] = []

const result = {
  fields: [{ name: 'n', dataTypeID: 23 }],
  rows: [['1']],
  command: 'SELECT',
  rowCount: 1,
  rowAsArray: true,
}

/** Answers in order; the last one goes for all that come after. */
beforeEach(() => {
  neonConfig.fetchFunction = async (url: string, init: RequestInit): Promise<Response> => {
    asked.push({ host: new URL(url).host, headers: new Headers(init.headers) })
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? {}
    if (answer instanceof Error) throw answer
    if (typeof answer === 'number') return new Response('', { status: answer })
    return await Promise.resolve(Response.json(result, { headers: answer }))
  }
})

afterEach(() => {
  neonConfig.fetchFunction = undefined
  asked.length = 0
  answers = []
})

const url = 'postgresql://app:secret@db.example/app'
const gateways = [
  { region: 'iad', url, endpoint: 'https://iad.example/sql' },
  { region: 'fra', url, endpoint: 'https://fra.example/sql', bearerToken: 'shown' },
  { region: 'syd', url, endpoint: 'https://syd.example/sql' },
]

function refused(): TypeError {
  return Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED' })
}

test('the nearest gateway is asked, by what the request tells of where it is', async () => {
  const tg = tidegate({ gateways })
  const { sql } = tg.session({ headers: new Headers(), cf: { colo: 'FRA' } })
  expect(await sql`select ${1}::int as n`).toEqual([{ n: 1 }])
  expect(asked[0]?.host).toBe('fra.example')
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer shown')
})

test('what is wished for goes as headers, a query’s own before the session’s', async () => {
  const tg = tidegate({ gateways })
  const { sql } = tg.session(undefined, { freshness: { within: 500 }, cache: { ttl: 5 } })
  await sql`select 1`
  await sql.query('select 1', [], { freshness: 'strong', cache: false })
  expect(asked.map(({ headers }) => headers.get('tidegate-freshness'))).toEqual([
    'within=500ms',
    'strong',
  ])
  expect(asked.map(({ headers }) => headers.get('tidegate-cache'))).toEqual(['5', 'off'])
})

test('what came before comes with each query: the cookie’s token, then the last answer’s', async () => {
  answers = [{ 'tidegate-token': 'second' }, { 'tidegate-token': 'third' }]
  const tg = tidegate({ gateways })
  const headers = new Headers({ cookie: 'a=b; tidegate=first' })
  const { sql, session } = tg.session({ headers, url: 'https://app.example/' })
  await sql`select 1`
  await sql.with({ freshness: { atLeast: 'kept' } })`select 1`
  expect(asked.map((each) => each.headers.get('tidegate-token'))).toEqual(['first', 'second'])
  expect(asked[1]?.headers.get('tidegate-freshness')).toBe('at-least=kept')
  const response = await session.respond(new Response())
  expect(response.headers.get('set-cookie')).toMatch(/^tidegate=third; .*Secure/)
  expect(response.headers.get('cache-control')).toBe('private')
})

test.each(['a b', 'größe', 'a..b', Array.from({ length: 17 }, () => 'a').join('.')])(
  'a cookie that is none of ours is not sent, and taken back: %s',
  async (value) => {
    const headers = new Headers()
    // As bytes of another server's cookie come: `Headers` would refuse some of them here.
    const get = (name: string): string | null => (name === 'cookie' ? `tidegate=${value}` : null)
    Object.defineProperty(headers, 'get', { value: get })
    const { sql, session } = tidegate({ gateways }).session({ headers })
    await sql`select 1`
    expect(asked[0]?.headers.get('tidegate-token')).toBeNull()
    expect(session.refusedToken).toBe('TOKEN_MALFORMED')
    const response = await session.respond(new Response())
    expect(response.headers.get('set-cookie')).toMatch(/^tidegate=; .*Max-Age=0/)
  },
)

test('a session that has not moved sets no cookie', async () => {
  answers = [{ 'tidegate-token': 'first' }]
  const headers = new Headers({ cookie: 'tidegate=first' })
  const { sql, session } = tidegate({ gateways }).session({ headers })
  await sql`select 1`
  const response = await session.respond(new Response())
  expect(response.headers.get('set-cookie')).toBeNull()
  expect(response.headers.get('server-timing')).toContain('tide0')
})

test('what the gateway tells of an answer is told on', async () => {
  answers = [
    {
      'tidegate-token': 'x',
      'tidegate-source': 'cache',
      'tidegate-node': 'cache',
      'tidegate-region': 'iad',
      'tidegate-cache': 'hit',
      'tidegate-position': '1:0/16B3748',
      'tidegate-age': '12',
      'tidegate-lost-writes': 'maybe',
      'tidegate-refused-token': 'TOKEN_FORGED',
    },
  ]
  const events: ThinEvent[] = []
  const tg = tidegate({ gateways, onQuery: (event) => events.push(event) })
  const { sql, session } = tg.session()
  const { tide } = await sql`select 1`
  expect(tide).toMatchObject({
    node: 'cache',
    region: 'iad',
    role: undefined,
    source: 'cache',
    cache: 'hit',
    position: '1:0/16B3748',
    stalenessMs: 12,
    attempts: [{ outcome: 'served' }],
  })
  expect(session.lostWrites).toBe('maybe')
  expect(session.refusedToken).toBe('TOKEN_FORGED')
  expect(session.queries).toEqual([tide])
  expect(events).toMatchObject([{ tide, error: undefined }])
})

test('a read goes on to the next gateway, whatever became of it', async () => {
  answers = [new TypeError('fetch failed'), 502, {}]
  const { sql } = tidegate({ gateways, region: 'iad' }).session()
  const { tide } = await sql`select n from t where id = ${1}`
  expect(asked.map(({ host }) => host)).toEqual(['iad.example', 'fra.example', 'syd.example'])
  expect(tide.attempts.map(({ outcome }) => outcome)).toEqual([
    'unreachable',
    'unreachable',
    'served',
  ])
})

test('what may write goes on only if it certainly was not sent', async () => {
  answers = [refused(), new TypeError('fetch failed')]
  const { sql } = tidegate({ gateways, region: 'iad' }).session()
  await expect(sql`insert into t values (1)`).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    committed: 'unknown',
    retryable: false,
  })
  expect(asked.map(({ host }) => host)).toEqual(['iad.example', 'fra.example'])
})

test('where no gateway answers, it is told who was asked', async () => {
  answers = [refused()]
  const { sql } = tidegate({ gateways, region: 'iad' }).session()
  await expect(sql`select 1`).rejects.toMatchObject({
    code: 'NEED_UNMET',
    retryable: true,
    attempts: [{ node: 'gateway-iad-1' }, { node: 'gateway-fra-1' }, { node: 'gateway-syd-1' }],
  })
  await expect(sql`delete from t`).rejects.toMatchObject({ code: 'WRITE_FAILED', committed: 'no' })
})

test('a gateway that fails again and again is asked last', async () => {
  const tg = tidegate({ gateways, region: 'iad' })
  const { sql } = tg.session()
  answers = [refused(), {}, refused(), {}, refused(), {}]
  for (let each = 0; each < 3; each++) await sql`select 1`
  asked.length = 0
  answers = [{}]
  await sql`insert into t values (1)`
  expect(asked.map(({ host }) => host)).toEqual(['fra.example'])
})

test.each([
  { route: 'primary' },
  { pool: 'slow' },
  { durability: 'off' },
  { cache: { vary: [] } },
] as const)('what only a hint can tell the gateway is refused: %j', async (options) => {
  const { sql } = tidegate({ gateways }).session()
  await expect(sql.with(options)`select 1`).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' })
  expect(asked).toEqual([])
})

test.each<[string, object]>([
  ['gateways', { gateways: [] }],
  ['gateways', {}],
  ['gateways[0].endpoint', { gateways: [{ region: 'iad', url }] }],
  ['gateways[1].url', { gateways: [gateways[0], { ...gateways[1], url: 'secret' }] }],
  ['gateways[0].region', { gateways: [{ ...gateways[0], region: 'atlantis' }] }],
  ['region', { gateways, region: 'atlantis' }],
])('%s is named when it is wrong', (field, options) => {
  let error: unknown
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JavaScript may pass
    tidegate(options as ThinOptions)
  } catch (thrown) {
    error = thrown
  }
  if (!isTidegateError(error, 'CONFIG_INVALID')) throw new Error('it passed', { cause: error })
  expect(error.message.split(': ')[0]).toBe(field)
  expect(error.message).not.toContain('secret')
})
