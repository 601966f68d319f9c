/** Figures for people. */
export function milliseconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`
  return `${(count / 1024 / 1024).toFixed(1)} MiB`
}

/** As Postgres writes it. */
export function position(lsn: number): string {
  const high = Math.floor(lsn / 2 ** 32)
  return `${hex(high)}/${hex(lsn % 2 ** 32)}`
}

function hex(part: number): string {
  return part.toString(16).toUpperCase()
}
