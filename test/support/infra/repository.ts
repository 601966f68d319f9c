/** Files of this repository, as the tests of the infrastructure read them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { parse } from 'yaml'

export const ROOT = join(import.meta.dirname, '../../..')

export function inRepository(path: string): string {
  return join(ROOT, path)
}

export async function textOf(path: string): Promise<string> {
  return await readFile(inRepository(path), 'utf8')
}

/** With `<<` merged, as Compose reads it. */
export async function yamlOf(path: string): Promise<unknown> {
  const parsed: unknown = parse(await textOf(path), { merge: true })
  return parsed
}

/** What lies at a path of keys; `undefined` where nothing does. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, key) => {
    if (typeof found !== 'object' || found === null) return undefined
    return new Map<string, unknown>(Object.entries(found)).get(String(key))
  }, value)
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export function entriesAt(
  value: unknown,
  ...path: readonly (string | number)[]
): readonly (readonly [string, unknown])[] {
  const found = at(value, ...path)
  return typeof found === 'object' && found !== null ? Object.entries(found) : []
}
