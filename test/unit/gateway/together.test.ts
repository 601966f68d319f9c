/** What arises in one turn of the event loop goes out together, and one that fails holds up no other. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'

import { expect, onTestFinished, test } from 'vitest'

import { type Sending, Sendings } from '../../../gateway/http/sendings.ts'
import { batchWrites } from '../../../gateway/read-through/batched-writes.ts'

test('answers of one turn are all sent, although one of them cannot be and one client is gone', async () => {
  const sendings = new Sendings()
  const waiting: Sending[] = []
  const server = createServer((request, response) => {
    request.resume()
    const name = request.url?.slice(1) ?? ''
    const sent: Record<string, string> = { name }
    if (name === 'impossible') sent['name'] = 'no\nheader'
    waiting.push({ response, status: 200, headers: sent, body: `é ${name}`, encoding: 'utf8' })
    if (waiting.length < 4) return
    waiting[0]?.response.destroy()
    for (const sending of waiting) sendings.add(sending)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  async function get(name: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${port}/${name}`)
    return `${response.headers.get('name')}: ${await response.text()}`
  }
  const gone = get('gone').catch(() => 'no answer')
  await expect.poll(() => waiting.length).toBe(1)
  const all = ['impossible', 'first', 'second'].map(
    async (name) => await get(name).catch(() => 'no answer'),
  )
  expect(await Promise.all([gone, ...all])).toEqual([
    'no answer',
    'no answer',
    'first: é first',
    'second: é second',
  ])
})

test('commands of one turn are written in one piece, those of the next in another', async () => {
  const pieces: string[] = []
  const stream = new PassThrough({
    writev: (chunks, done) => {
      pieces.push(chunks.map(({ chunk }) => String(chunk)).join(' '))
      done()
    },
    write: (chunk, _encoding, done) => {
      pieces.push(String(chunk))
      done()
    },
  })
  const client = batchWrites({
    stream,
    call: async (command) => await Promise.resolve(stream.write(command)),
  })
  async function turn(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      client.stream?.cork?.()
      void client.call(command, [])
      client.stream?.uncork?.()
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await turn('GET', 'HMGET', 'GET')
  await turn('SET')
  expect(pieces).toEqual(['GET HMGET GET', 'SET'])
})
