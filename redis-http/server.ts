/**
 * A Redis behind HTTP, as Upstash speaks it: for development, and for edge code where Redis is one's
 * own. `@upstash/redis` works with it unchanged, within the commands of `commands.ts`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'

import { readCommand, readCommands } from './commands.ts'

/** What is used of ioredis. */
export interface RedisClient {
  call(command: string, args: string[]): Promise<unknown>
}

export interface RedisHttpServerOptions {
  readonly redis: RedisClient
  /** Who shows one of them may ask. Several, so that they can be changed without a pause. */
  readonly tokens: readonly string[]
  /** @default 10 MiB */
  readonly maxBodyBytes?: number | undefined
}

const tokenForm = /^[!-~]{16,}$/

type Answer = { readonly result: unknown } | { readonly error: string }

export function redisHttpServer({
  redis,
  tokens,
  maxBodyBytes = 10 * 1024 * 1024,
}: RedisHttpServerOptions): Hono {
  const known = tokens.map(digest)
  if (known.length === 0 || !tokens.every((token) => tokenForm.test(token))) {
    throw new TypeError(
      'tokens: expected at least one, each of 16 or more ASCII characters without spaces.',
    )
  }
  const app = new Hono()

  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.json(tooLarge, 413) }))
  app.use(async (c, next) => {
    const [scheme, token] = (c.req.header('authorization') ?? '').split(' ')
    if (scheme?.toLowerCase() !== 'bearer' || !token || !isKnown(token, known)) {
      return c.json({ error: 'Unauthorized' }, 401)
    }
    return await next()
  })

  app.post('/', async (c) => {
    const command = readCommand(await body(c.req.raw))
    if (!command) return c.json(malformed, 400)
    const [name, ...args] = command
    const answer = await run(redis, name, args)
    return c.json(encoded(answer, c.req.raw), 'error' in answer ? 400 : 200)
  })

  app.post('/pipeline', async (c) => {
    const commands = readCommands(await body(c.req.raw))
    if (!commands) return c.json(malformed, 400)
    // Sent without waiting, so in order and in one journey to Redis.
    const answers = await Promise.all(commands.map(([name, ...args]) => run(redis, name, args)))
    return c.json(answers.map((answer) => encoded(answer, c.req.raw)))
  })

  // The message may hold what was asked for.
  app.onError((_error, c) => c.json({ error: 'ERR the endpoint failed' }, 500))
  return app
}

const malformed = { error: 'ERR expected a command, or a list of them, as JSON' }
const tooLarge = { error: 'ERR max request size exceeded' }

async function run(redis: RedisClient, name: string, args: string[]): Promise<Answer> {
  try {
    return { result: (await redis.call(name, args)) ?? null }
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return { error: error.message }
    return { error: 'ERR Redis cannot be reached' }
  }
}

async function body(request: Request): Promise<unknown> {
  return await request.json().catch(() => undefined)
}

function encoded(answer: Answer, request: Request): Answer {
  const base64 = request.headers.get('upstash-encoding') === 'base64'
  return base64 && 'result' in answer ? { result: toBase64(answer.result) } : answer
}

/** All texts but the one that says that it is done, as Upstash has it. */
function toBase64(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(toBase64)
  return typeof reply === 'string' && reply !== 'OK' ? Buffer.from(reply).toString('base64') : reply
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Takes the same time whichever it is and however much of it is right. */
function isKnown(token: string, known: readonly Buffer[]): boolean {
  const shown = digest(token)
  return known.map((each) => timingSafeEqual(each, shown)).includes(true)
}
