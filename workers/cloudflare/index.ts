/** The sample app as a Cloudflare Worker. */
import { type App, type Context, createApp } from '../app/app.ts'
import type { Environment } from '../app/settings.ts'

// One client for the isolate: what it learns of the nodes serves all requests. No promise is in it.
let app: App | undefined

export default {
  async fetch(request: Request, env: Environment, context: Context): Promise<Response> {
    app ??= createApp(env, request)
    return await app.fetch(request, env, context)
  },
}
