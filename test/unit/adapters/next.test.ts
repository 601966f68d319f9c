import type { cookies, headers } from 'next/headers.js'
import { type after, NextRequest, NextResponse } from 'next/server.js'
import { types } from 'pg'
import { expect, expectTypeOf, test } from 'vitest'

import { readCookie, withCookie } from '../../../src/adapters/cookie-text.ts'
import { type NextRequestApi, passOn, withTidegate } from '../../../src/adapters/next.ts'
import { tokenCookie } from '../../../src/client/carriage.ts'
import { createTidegate } from '../../../src/client/tidegate.ts'
import type { Driver } from '../../../src/drivers/driver.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'

/** Writes that end at ever higher positions; nobody reads. */
function begin() {
  let end = 0
  const driver: Driver = {
    read: async () => await Promise.reject(new Error('nobody reads here')),
    async write() {
      end += 8
      const commit = { lsn: parseLsn(`0/${end.toString(16)}`) }
      return await Promise.resolve({ results: [noRows], commit })
    },
  }
  const primary = { region: 'iad', url: 'postgresql://app:secret@primary.test/app' }
  return createTidegate({ primary }, { driver, types })
}

const noRows = { fields: [], rows: [], command: 'INSERT', rowCount: 1 }

test('what the adapter asks for is what next/headers has', () => {
  type Next = { cookies: typeof cookies; headers: typeof headers; after: typeof after }
  expectTypeOf<Next>().toExtend<NextRequestApi>()
})

test('a handler gets the context of Next beside the session, whatever its type', async () => {
  const handler = withTidegate(
    begin,
    async (request: NextRequest, context: { params: Promise<{ id: string }> }) => {
      const { id } = await context.params
      return NextResponse.json([request.nextUrl.pathname, id])
    },
  )
  const context = { params: Promise.resolve({ id: '7' }) }
  const response = await handler(new NextRequest('https://app.test/posts/7'), context)
  expect(await response.json()).toEqual(['/posts/7', '7'])
})

test('an error that is no redirect goes on to Next as it is', async () => {
  const odd = Object.assign(new Error('not found'), { digest: 'NEXT_HTTP_ERROR_FALLBACK;404' })
  const handler = withTidegate(begin(), async () => await Promise.reject(odd))
  await expect(handler(new NextRequest('https://app.test/'), {})).rejects.toBe(odd)
})

test('a redirect keeps its status and its whole address', async () => {
  const digest = 'NEXT_REDIRECT;push;/a;b?c=d;e;303;'
  const handler = withTidegate(begin(), async () => {
    return await Promise.reject(Object.assign(new Error('NEXT_REDIRECT'), { digest }))
  })
  const response = await handler(new NextRequest('https://app.test/'), {})
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe('/a;b?c=d;e')
})

test('the proxy gives its token to the page and to the browser, among the other cookies', async () => {
  const request = new NextRequest('https://app.test/', {
    headers: { cookie: 'theme=dark; tidegate=; lang=en' },
  })
  const { sql, session } = begin().session(request)
  await sql`insert into visit default values`
  const response = await passOn(session, request, NextResponse)
  const token = await session.token()
  expect(response.headers.get('set-cookie')).toContain(`tidegate=${token};`)
  expect(response.headers.get('x-middleware-request-cookie')).toBe(
    `theme=dark; lang=en; tidegate=${token}`,
  )
})

test('an app of its own that sends the header gets its token there, and so does the page', async () => {
  const request = new NextRequest('https://app.test/', { headers: { 'tidegate-token': '' } })
  const { sql, session } = begin().session(request)
  await sql`insert into visit default values`
  const response = await passOn(session, request, NextResponse)
  const token = await session.token()
  expect(response.headers.get('tidegate-token')).toBe(token)
  expect(response.headers.get('x-middleware-request-tidegate-token')).toBe(token)
})

test('a session that did not move passes the request on as it came', async () => {
  const request = new NextRequest('https://app.test/', { headers: { cookie: 'theme=dark' } })
  const response = await passOn(begin().session(request).session, request, NextResponse)
  expect(response.headers.get('set-cookie')).toBeNull()
  expect(response.headers.get('x-middleware-request-cookie')).toBe('theme=dark')
})

test('our own cookie survives the way through a framework', () => {
  const text = tokenCookie('abc', true, { name: 'tide', maxAge: 60, domain: 'app.test' })
  expect(readCookie(text)).toEqual({
    name: 'tide',
    value: 'abc',
    sameSite: 'lax',
    maxAge: 60,
    secure: true,
    domain: 'app.test',
  })
  const taken = readCookie(tokenCookie(undefined, false, {}))
  expect(taken).toMatchObject({ value: '', maxAge: 0, secure: false, domain: undefined })
  expect(withCookie('a=1; tidegate=old; b=2', taken)).toBe('a=1; b=2')
})
