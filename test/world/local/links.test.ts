import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { Link } from '../../../infra/local/network/link.ts'
import { until } from '../../../infra/local/until.ts'

let link: Link
let server: Server
let port: number
let atServer: Buffer[]

beforeEach(async () => {
  atServer = []
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      atServer.push(bytes)
      socket.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  link = new Link('iad', 'fra')
  port = await link.open('fra', address.port)
})

afterEach(() => {
  link.close()
  server.close()
})

async function dial(): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function isClosed(socket: Socket): Promise<void> {
  await until('the connection to be closed', () => socket.closed)
}

async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  let answer = ''
  while (answer.length < text.length) {
    const [bytes]: Buffer[] = await once(socket, 'data')
    answer += String(bytes)
  }
  return answer
}

test('bytes arrive unchanged, in order, in both directions', async () => {
  link.set({ latencyMs: 2, jitterMs: 5 })
  const sent = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
  const socket = await dial()
  for (let at = 0; at < sent.length; at += 7001) socket.write(sent.subarray(at, at + 7001))
  socket.end()
  expect((await buffer(socket)).equals(sent)).toBe(true)
})

test('an answer takes no less than there and back, after the handshake took as long', async () => {
  link.set({ latencyMs: 30 })
  const begun = performance.now()
  const socket = await dial()
  await echo(socket, 'a')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(4 * 30 - 2)

  const again = performance.now()
  await echo(socket, 'b')
  expect(performance.now() - again).toBeGreaterThanOrEqual(2 * 30 - 2)
})

test('the directions can differ', async () => {
  link.set({ latencyMs: 40 }, { from: 'iad' })
  const socket = await dial()
  const begun = performance.now()
  await echo(socket, 'a')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(40 - 2)
})

test('bandwidth is shared out over what is sent', async () => {
  link.set({ bytesPerSecond: 1_000_000 }, { from: 'fra' })
  const socket = await dial()
  const begun = performance.now()
  await echo(socket, 'x'.repeat(100_000))
  expect(performance.now() - begun).toBeGreaterThanOrEqual(100 - 2)
})

test('a reset breaks connections and refuses new ones until the link is healed', async () => {
  const socket = await dial()
  await echo(socket, 'a')
  link.cut()
  await isClosed(socket)

  const refused = connect({ port, host: '127.0.0.1' })
  refused.on('error', () => {})
  await isClosed(refused)

  link.heal()
  expect(await echo(await dial(), 'b')).toBe('b')
})

test('a stall in one direction holds that one only', async () => {
  const socket = await dial()
  await echo(socket, 'a')
  link.cut({ how: 'stall', from: 'iad' })
  let answered = false
  const answer = echo(socket, 'b').then(() => (answered = true))
  await until('the server to have it', () => Buffer.concat(atServer).includes('b'))
  expect(answered).toBe(false)

  link.heal()
  await answer
})

test.each(['stall', 'reset'] as const)(
  'a %s in mid-stream lets so many bytes through',
  async (how) => {
    const socket = await dial()
    link.cut({ how, from: 'fra', afterBytes: 3 })
    socket.write('abcdef')
    await until('three bytes', () => Buffer.concat(atServer).length >= 3)
    if (how === 'reset') await isClosed(socket)
    expect(String(Buffer.concat(atServer))).toBe('abc')

    link.heal()
    if (how === 'stall') {
      await until('the rest', () => String(Buffer.concat(atServer)) === 'abcdef')
    } else {
      expect(await echo(await dial(), 'again')).toBe('again')
    }
  },
)

test('a sender is made to wait when too much is on its way', async () => {
  link.cut({ how: 'stall' })
  const socket = await dial()
  const chunk = Buffer.alloc(1024 * 1024)
  let accepted = 0
  while (accepted < 64 && socket.write(chunk)) accepted++
  for (let more = 0; more < 64; more++) socket.write(chunk)
  await until('the kernel to take no more', async () => {
    const before = socket.writableLength
    await new Promise((resolve) => setImmediate(resolve))
    return socket.writableLength === before
  })
  expect(socket.writableLength).toBeGreaterThan(0)
  link.heal()
  await until('all to arrive', () => socket.writableLength === 0)
})
