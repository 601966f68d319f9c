/** The sample app for all that runs on Vercel: edge functions, Node functions and middleware. */
import { type App, createApp } from '../app/app.ts'

// One client for the instance. No promise is in it.
let app: App | undefined

export async function serve(request: Request): Promise<Response> {
  app ??= createApp(process.env, request)
  return await app.fetch(asAsked(request))
}

const PATH = '__path'

/** `vercel.json` sends every path to a function, and gives what was asked for as a parameter. */
function asAsked(request: Request): Request {
  const url = new URL(request.url)
  const path = url.searchParams.get(PATH)
  if (path === null) return request
  url.searchParams.delete(PATH)
  url.pathname = `/${path}`
  return new Request(url, request)
}
