/**
 * Neon's SQL over HTTP with Tidegate behind it: an app that uses any Neon driver gets its reads routed
 * by a new connection string alone. A client that sends back the `tidegate-token` header of each answer
 * has a session; of one that does not, nobody knows what it has written, and `SQL_FRESHNESS` holds.
 */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'

import {
  type FreshnessOption,
  isTidegateError,
  QueryError,
  type Sql,
  type Tidegate,
} from '../../src/index.ts'
import { bearerTokens } from './bearer.ts'
import { neonResult, type FullResult } from './neon-result.ts'
import type { Settings } from './settings.ts'
import { readSqlRequest, type SqlRequest, type Statement } from './sql-request.ts'

const TOKEN_HEADER = 'tidegate-token'
const MOST_BYTES = 1024 * 1024

export function sqlEndpoint(
  tg: Tidegate,
  { sqlTokens, sqlFreshness }: Pick<Settings, 'sqlTokens' | 'sqlFreshness'>,
): Hono {
  const isKnown = bearerTokens(sqlTokens)
  const app = new Hono()
  app.use(bodyLimit({ maxSize: MOST_BYTES, onError: () => refused(413, 'request is too large') }))

  app.post('/', async (c) => {
    if (!(await isKnown(shownToken(c.req.raw.headers)))) {
      return refused(401, 'this endpoint wants a token: Authorization: Bearer …')
    }
    const request = await readSqlRequest(c.req.raw)
    if (request === undefined) return refused(400, 'the body is not a request of SQL over HTTP')
    const { headers } = c.req.raw
    // Cookies are for browsers, and none of them comes here.
    const given = headers.get(TOKEN_HEADER)
    const { sql, session } = tg.session({
      headers: new Headers(given === null ? {} : { [TOKEN_HEADER]: given }),
      url: c.req.url,
      cf: 'cf' in c.req.raw && isObject(c.req.raw.cf) ? c.req.raw.cf : undefined,
    })
    const freshness: FreshnessOption = given === null ? sqlFreshness : 'session'
    try {
      const body = await run(sql, request, freshness)
      const response = Response.json(body)
      if (given !== null) return await session.respond(response)
      return response
    } catch (error) {
      return answerError(error)
    }
  })
  return app
}

async function run(sql: Sql, request: SqlRequest, freshness: FreshnessOption): Promise<object> {
  const { statements, transaction, rawText } = request
  const options = { freshness, fullResults: true, arrayMode: true, types: TEXT } as const
  const json = (result: FullResult, { arrayMode }: Statement): object =>
    neonResult(result, { arrayMode, rawText })
  const [only] = statements
  if (transaction === undefined && only) {
    return json(await sql.query(only.text, only.params, options), only)
  }
  const results = await sql.transaction(
    statements.map(({ text, params }) => sql.query(text, params, options)),
    { ...options, ...transaction },
  )
  return {
    results: statements.flatMap((statement, index) => {
      const result = results[index]
      return result ? [json(result, statement)] : []
    }),
  }
}

/** Values stay as Postgres wrote them: the caller's driver parses them. */
const TEXT = { getTypeParser: () => (text: string) => text }

/** Where a connection string is all that can be changed, its password is the token. */
function shownToken(headers: Headers): string | undefined {
  const [, bearer] = /^bearer (\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
  if (bearer !== undefined) return bearer
  const text = headers.get('neon-connection-string') ?? ''
  const password = URL.parse(text.replace(/^postgres(?:ql)?:/, 'http:'))?.password
  if (!password) return undefined
  try {
    return decodeURIComponent(password)
  } catch {
    return undefined
  }
}

function answerError(error: unknown): Response {
  if (error instanceof QueryError) return refused(400, error.message, error.sqlState)
  if (!isTidegateError(error)) return refused(500, 'the endpoint failed')
  if (error.code === 'STATEMENT_REFUSED') return refused(400, error.message, '0A000')
  return refused(error.retryable ? 503 : 500, error.message)
}

/** As Neon answers: a driver shows the message, and the code where there is one. */
function refused(status: number, message: string, code = ''): Response {
  return Response.json({ message, code, severity: code === '' ? '' : 'ERROR' }, { status })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
