/** The version in the package's own package.json, which is above this file, built or not. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export function version(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (!existsSync(file)) continue
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
      return String(parsed.version)
    }
  }
  return 'unknown'
}
