/** The page of an agent, as the configuration has it. */
import { check } from '../../src/check.ts'
import { readSecret, type Secret } from './secret.ts'

export interface ConfiguredDashboard {
  readonly host: string
  readonly port: number
  readonly names: readonly string[]
  readonly token: Secret
}

const LEAST_TOKEN = 24
const listenForm = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i
const fields = ['listen', 'token', 'names']

export function readDashboard(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): ConfiguredDashboard | undefined {
  if (value === undefined) return undefined
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  check(isObject, 'dashboard', '{ listen, token: { env }, names }')
  const unknown = Object.keys(value).find((key) => !fields.includes(key))
  check(
    unknown === undefined,
    `dashboard.${unknown}`,
    `nothing: the fields are ${fields.join(', ')}`,
  )
  const given: { listen?: unknown; token?: unknown; names?: unknown } = value
  const { listen = '127.0.0.1:4300', token, names = [] } = given
  const [, host = '', port = ''] = typeof listen === 'string' ? (listenForm.exec(listen) ?? []) : []
  check(host !== '' && Number(port) <= 65_535, 'dashboard.listen', "'host:port'")
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string')
  check(areNames, 'dashboard.names', 'a list of host names')
  return {
    host: host.replaceAll(/[[\]]/g, ''),
    port: Number(port),
    names: names.map(String),
    token: readSecret('dashboard.token', token, env),
  }
}

/** Only whoever serves the page needs it. */
export function readPageToken({ token }: ConfiguredDashboard): string {
  const text = token.read()
  check(text.length >= LEAST_TOKEN, 'dashboard.token', `at least ${LEAST_TOKEN} characters`)
  return text
}
