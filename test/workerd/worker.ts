/**
 * The Worker that the `workerd` tests call. It keeps token keys across requests as an app would: the
 * keys, never the promise of them, because a promise belongs to the request that made it.
 */
import { importTokenKeys, openToken, sealToken, type TokenKey } from '../../src/index.ts'

let keys: readonly TokenKey[] | undefined
let imports = 0

export default {
  /** The body is a token to pass on; the answer is the same token, opened and sealed again. */
  async fetch(request: Request): Promise<Response> {
    if (keys === undefined) {
      keys = await importTokenKeys(['a secret of at least 32 characters'])
      imports += 1
    }
    const token = await openToken(await request.text(), keys)
    const headers = { 'x-imports': String(imports) }
    return new Response(await sealToken(token, keys), { headers })
  },
}
