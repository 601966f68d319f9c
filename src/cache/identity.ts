import { check } from '../check.ts'

/** As whom the nodes are asked: another role may be shown other rows. */
export interface Identity {
  readonly database: string
  readonly role: string
}

/** A replica's role may be called otherwise, but must see the same rows to be a replica. */
export function identityOf(url: unknown): Identity {
  const parsed =
    typeof url === 'string' ? URL.parse(url.replace(/^postgres(?:ql)?:/, 'http:')) : null
  check(
    parsed !== null,
    'identity',
    '{ database, role }, because the url of the primary is a function',
  )
  return { database: parsed.pathname.slice(1), role: parsed.username }
}
