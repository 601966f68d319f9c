/** The thin client with Hono in a Worker: `npx wrangler dev -c examples/thin/wrangler.jsonc` after `npm run build`. */
import { Hono } from 'hono'
import { type TidegateVariables, withTidegate } from 'tidegate/hono'
import { tidegate } from 'tidegate/thin'

interface Env {
  readonly IAD_GATEWAY: string
  readonly IAD_URL: string
  readonly FRA_GATEWAY: string
  readonly FRA_URL: string
}

/** One for all requests: that a gateway fails the next request is to know too. */
let tg: ReturnType<typeof tidegate> | undefined

function client(env: Env): ReturnType<typeof tidegate> {
  tg ??= tidegate({
    gateways: [
      { region: 'iad', endpoint: env.IAD_GATEWAY, url: env.IAD_URL },
      { region: 'fra', endpoint: env.FRA_GATEWAY, url: env.FRA_URL },
    ],
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
