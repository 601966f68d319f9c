/** What Postgres says at the end of a statement: `INSERT 0 5`, `SELECT 1`, `CREATE TABLE`. */

export function commandOf(tag: string): string {
  const end = tag.indexOf(' ')
  return end === -1 ? tag : tag.slice(0, end)
}

const count = / (\d+)$/

export function rowCountOf(tag: string): number | null {
  const [, rows] = count.exec(tag) ?? []
  return rows === undefined ? null : Number(rows)
}
