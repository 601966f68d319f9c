/** Our own cookie, from the text of `Set-Cookie` to what a framework's own store takes, and back. */
export interface TokenCookie {
  readonly name: string
  readonly value: string
  readonly maxAge: number
  readonly secure: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly domain: string | undefined
}

const sameSites = ['lax', 'strict', 'none'] as const

/** Reads what `tokenCookie` of the client has written. */
export function readCookie(text: string): TokenCookie {
  const [pair = '', ...attributes] = text.split('; ')
  const [name, value] = split(pair)
  const named = new Map(attributes.map(split))
  return {
    name,
    value,
    maxAge: Number(named.get('Max-Age') ?? 0),
    secure: named.has('Secure'),
    sameSite: sameSites.find((each) => each === named.get('SameSite')?.toLowerCase()) ?? 'lax',
    domain: named.get('Domain'),
  }
}

/** A request's `Cookie` header as it will be when the browser comes back. */
export function withCookie(header: string, { name, value, maxAge }: TokenCookie): string {
  const others = header.split(/; */).filter((pair) => pair !== '' && split(pair)[0] !== name)
  return [...others, ...(maxAge > 0 ? [`${name}=${value}`] : [])].join('; ')
}

function split(pair: string): [string, string] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}
