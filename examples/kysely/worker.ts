/** Posts with Kysely: `npx wrangler dev -c examples/kysely/wrangler.jsonc` after `npm run build`. */
import { type Generated, Kysely } from 'kysely'
import { type Tidegate, tidegate } from 'tidegate'
import { TidegateDialect } from 'tidegate/kysely'

interface Database {
  readonly post: { readonly id: Generated<number>; readonly author: string; readonly body: string }
}

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
    const db = new Kysely<Database>({ dialect: new TidegateDialect(sql) })

    if (request.method === 'POST') {
      const form = new URLSearchParams(await request.text())
      const [author, body] = [form.get('author') ?? '', form.get('body') ?? '']
      await db.insertInto('post').values({ author, body }).execute()
      return await session.respond(new Response(null, { status: 201 }))
    }
    const posts = await db.selectFrom('post').select(['author', 'body']).orderBy('id').execute()
    return await session.respond(Response.json(posts))
  },
}
