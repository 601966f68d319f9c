/** Routing middleware, which runs beside the user: the reads that most visitors make are answered here. */
import { serve } from './serve.ts'

export const config = { matcher: ['/api/posts', '/api/posts/:id/comments', '/api/products'] }

export default async function middleware(request: Request): Promise<Response | undefined> {
  // Nothing returned: the request goes on to the function.
  return request.method === 'GET' ? await serve(request) : undefined
}
