/**
 * The header by which a request says who it is. Its host never says where to connect: it only picks
 * one of the nodes that are configured. Nothing of it is given to a library that would read files,
 * hosts or certificates out of it.
 */
import { Refusal } from './refusal.ts'

export interface Credential {
  readonly user: string
  readonly password: string
  readonly database: string
  /** Settings of the session that Postgres takes at its start. */
  readonly startup: Readonly<Record<string, string>>
}

export interface ConnectionString extends Credential {
  /** With its port where it has one. In lower case. */
  readonly host: string
}

export function parseConnectionString(text: string | undefined): ConnectionString {
  if (text === undefined) throw new Refusal(400, 'invalid header: neon-connection-string')
  const url = parseUrl(text)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw new Refusal(400, 'incorrect scheme')
  }
  const database = decode(url.pathname.split('/')[1] ?? '')
  const user = decode(url.username)
  const password = decode(url.password)
  if (database === '') throw new Refusal(400, 'missing database name')
  if (user === '') throw new Refusal(400, 'missing username')
  if (url.hostname === '') throw new Refusal(400, 'missing hostname')
  if (password === '') {
    throw new Refusal(400, 'missing authentication credentials: required password')
  }
  return { host: url.host.toLowerCase(), database, user, password, startup: startupOf(url) }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url) throw new Refusal(400, 'invalid connection string')
  return url
}

function decode(part: string): string {
  let text: string
  try {
    text = decodeURIComponent(part)
  } catch {
    throw new Refusal(400, 'invalid connection string')
  }
  // Postgres' startup message ends its strings with it.
  if (text.includes('\0')) throw new Refusal(400, 'invalid connection string')
  return text
}

const MOST_STARTUP_CHARACTERS = 1024

/** Neon's own options name endpoints and projects, and mean nothing to Postgres. */
const neonOption = /^(?:endpoint|project|neon_\w+)[=:]/

function startupOf({ searchParams }: URL): Record<string, string> {
  const startup: Record<string, string> = {}
  const name = searchParams.get('application_name')
  if (name) startup['application_name'] = name
  const options = searchParams
    .get('options')
    ?.split(' ')
    .filter((option) => option !== '' && !neonOption.test(option))
    .join(' ')
  if (options) startup['options'] = options
  for (const value of Object.values(startup)) {
    if (value.length > MOST_STARTUP_CHARACTERS || value.includes('\0')) {
      throw new Refusal(400, 'invalid connection string')
    }
  }
  return startup
}
