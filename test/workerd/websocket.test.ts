import { types } from '@neondatabase/serverless'
import { expect, test } from 'vitest'

import { createTidegate } from '../../src/client/tidegate.ts'
import { neonDriver } from '../../src/drivers/neon.ts'

test('an answer that is a WebSocket stays one', async () => {
  const primary = { region: 'iad', url: 'postgresql://app:secret@db.example.org/app' }
  const tg = createTidegate({ primary }, { driver: neonDriver(), types })
  const { session } = tg.session(new Request('https://app.test/'))
  // The runtime's own, of which the standard's types know nothing.
  const pair: { 0: WebSocket; 1: { accept(): void } } = Reflect.construct(
    Reflect.get(globalThis, 'WebSocketPair'),
    [],
  )
  pair[1].accept()
  const init = { status: 101, webSocket: pair[0] }
  const response = await session.respond(new Response(null, init))
  expect(response.status).toBe(101)
  expect(Reflect.get(response, 'webSocket')).toBe(pair[0])
})
