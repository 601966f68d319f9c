/** Posts with Drizzle: `npx wrangler dev -c examples/drizzle/wrangler.jsonc` after `npm run build`. */
import { asc, sql as text } from 'drizzle-orm'
import { type Tidegate, tidegate } from 'tidegate'
import { drizzle } from 'tidegate/drizzle'

import * as schema from './schema.ts'

interface Env {
  readonly PRIMARY_URL: string
  readonly FRA_URL: string
  readonly TOKEN_KEY: string
}

let tg: Tidegate | undefined

function client(env: Env): Tidegate {
  tg ??= tidegate({
    primary: { region: 'iad', url: env.PRIMARY_URL },
    replicas: [{ region: 'fra', url: env.FRA_URL }],
    tokenKeys: [env.TOKEN_KEY],
    mode: 'production',
  })
  return tg
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { sql, session } = client(env).session(request)
    const db = drizzle(sql, { schema })

    if (request.method === 'POST') {
      const form = new URLSearchParams(await request.text())
      const [author, body] = [form.get('author') ?? '', form.get('body') ?? '']
      // One transaction, one request: there is no connection to hold between two statements.
      await db.batch([
        db.insert(schema.post).values({ author, body }),
        db.insert(schema.comment).values({ postId: text`currval('post_id_seq')`, body: 'first!' }),
      ])
      return await session.respond(new Response(null, { status: 201 }))
    }
    const posts = await db.query.post.findMany({
      columns: { author: true, body: true },
      orderBy: asc(schema.post.id),
    })
    return await session.respond(Response.json(posts))
  },
}
