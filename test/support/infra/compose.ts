/** The Compose file as Compose reads it: anchors merged, variables put in. */
import { at, entriesAt, listAt, textOf, yamlOf } from './repository.ts'

export const COMPOSE_FILE = 'infra/compose/compose.yaml'

/** What somebody writes into .env: of each variable without a value another secret. */
export async function filledIn(): Promise<Readonly<Record<string, string>>> {
  const names = (await textOf('infra/compose/.env.example')).matchAll(/^([A-Z_]+)=$/gm)
  return Object.fromEntries(
    [...names].map(([, name = ''], index) => [name, `secret${index}`.repeat(6)]),
  )
}

export async function composeFile(): Promise<unknown> {
  return putIn(await yamlOf(COMPOSE_FILE), await filledIn())
}

export async function serviceEnvironment(service: string): Promise<Record<string, string>> {
  const entries = entriesAt(await composeFile(), 'services', service, 'environment')
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

export async function serviceCommand(service: string): Promise<readonly string[]> {
  return listAt(await composeFile(), 'services', service, 'command').map(String)
}

/** The host's path of what is mounted at `path`. */
export async function mountedAt(service: string, path: string): Promise<string | undefined> {
  const volumes = listAt(await composeFile(), 'services', service, 'volumes').map(String)
  const found = volumes.find((volume) => volume.split(':')[1] === path)
  return found?.split(':')[0]
}

export async function services(): Promise<readonly string[]> {
  return entriesAt(await composeFile(), 'services').map(([name]) => name)
}

function putIn(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(
      /\$\{(\w+)(?::([?-])([^}]*))?\}/g,
      (_, name: string, sign?: string, rest: string = '') => {
        const given = variables[name]
        if (given !== undefined) return given
        if (sign === '-') return rest
        throw new Error(`${name}: ${rest === '' ? 'nowhere set' : rest}`)
      },
    )
  }
  if (Array.isArray(value)) return value.map((each: unknown) => putIn(each, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    entriesAt(value).map(([key]) => [key, putIn(at(value, key), variables)]),
  )
}
