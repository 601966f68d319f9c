/** Posts with Hono in a Worker: `npx wrangler dev -c examples/hono/wrangler.jsonc` after `npm run build`. */
import { Hono } from 'hono'
import { type Tidegate, tidegate } from 'tidegate'
import { type TidegateVariables, withTidegate } from 'tidegate/hono'

interface Env {
  readonly PRIMARY_URL: string
  readonly FRA_URL: string
  readonly TOKEN_KEY: string
}

/** One for all requests: what an answer tells of a replica helps the next request too. */
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

const app = new Hono<{ Bindings: Env; Variables: TidegateVariables }>()

app.use(withTidegate(client))

app.get('/posts', async (c) => c.json(await c.var.sql`select author, body from post order by id`))

app.post('/posts', async (c) => {
  const form = new URLSearchParams(await c.req.text())
  const [author, body] = [form.get('author') ?? '', form.get('body') ?? '']
  await c.var.sql`insert into post (author, body) values (${author}, ${body})`
  return c.body(null, 201)
})

export default app
