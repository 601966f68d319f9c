/** Numbers as people read them. */
const sizes = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

export function formatBytes(bytes: number): string {
  let size = bytes
  let at = 0
  for (; Math.abs(size) >= 1024 && at < sizes.length - 1; at++) size /= 1024
  return `${at === 0 || Math.abs(size) >= 100 ? Math.round(size) : size.toFixed(1)} ${sizes[at]}`
}

export function formatMs(ms: number): string {
  if (Math.abs(ms) < 10) return `${ms.toFixed(1)} ms`
  if (Math.abs(ms) < 10_000) return `${Math.round(ms)} ms`
  return formatSeconds(ms / 1000)
}

export function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`
  return `${(seconds / 86_400).toFixed(1)} days`
}

const byteForm = /^(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB)?$/i

/** `200GB`, or bare bytes. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit = 'B'] = byteForm.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const power = sizes.findIndex((size) => size.toLowerCase() === unit.toLowerCase())
  return Number(digits) * 1024 ** power
}
