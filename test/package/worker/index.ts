/** A Worker as one would write it: a cached list near the user, and writes that its writer sees. */
import { tidegate } from 'tidegate'
import { redisHttp, RegionTides } from 'tidegate/cache'
import { footprint } from 'tidegate/sql'

interface Env {
  readonly PRIMARY_URL: string
  readonly FRA_URL: string
  readonly SQL_ENDPOINT: string
  readonly REDIS_URL: string
  readonly REDIS_TOKEN: string
  readonly TOKEN_KEY: string
}

let client: ReturnType<typeof tidegate> | undefined

function clientOf(env: Env): ReturnType<typeof tidegate> {
  const gateway = { endpoint: env.SQL_ENDPOINT, gateway: true }
  client ??= tidegate({
    primary: { name: 'iad-1', region: 'iad', url: env.PRIMARY_URL, ...gateway },
    replicas: [{ name: 'fra-1', region: 'fra', url: env.FRA_URL, ...gateway }],
    tides: new RegionTides({ redis: redisHttp({ url: env.REDIS_URL, token: env.REDIS_TOKEN }) }),
    tokenKeys: [env.TOKEN_KEY],
    mode: 'production',
    cache: true,
  })
  return client
}

export default {
  async fetch(
    request: Request,
    env: Env,
    context: { waitUntil(work: Promise<unknown>): void },
  ): Promise<Response> {
    const { sql, session } = clientOf(env).session(request, {
      waitUntil: (work) => context.waitUntil(work),
    })
    if (request.method === 'POST') {
      await sql`insert into note (body) values (${await request.text()})`
      return await session.respond(new Response(null, { status: 201 }))
    }
    const notes = await sql`select body from note order by body`
    const { kind } = footprint('select 1')
    return await session.respond(Response.json({ notes, tide: notes.tide, kind }))
  },
}
