import { continuesName, isDigit } from './characters.ts'

/** A table as the text names it; `schema` only where the text has one. */
export interface TableName {
  readonly schema?: string | undefined
  readonly name: string
}

/** A function as the text names it. `pg_catalog` is left out: it is where unqualified names begin. */
export type FunctionName = TableName

/** `orders`, `billing.orders`, `"Odd name"`: as one would write it in SQL. */
export function formatName({ schema, name }: TableName): string {
  return schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`
}

function quote(name: string): string {
  return isPlain(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function isPlain(name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at)
    if (!continuesName(code) || (code >= 65 && code <= 90)) return false
  }
  const first = name.charCodeAt(0)
  return name !== '' && first !== 36 && !isDigit(first)
}
