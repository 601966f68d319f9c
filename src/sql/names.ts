/** A table as the text names it; `schema` only where the text has one. */
export interface TableName {
  readonly schema?: string | undefined
  readonly name: string
}

/** A function as the text names it. `pg_catalog` is left out: it is where unqualified names begin. */
export type FunctionName = TableName

const plainName = /^[a-z_\u0080-\uFFFF][a-z0-9_$\u0080-\uFFFF]*$/

/** `orders`, `billing.orders`, `"Odd name"`: as one would write it in SQL. */
export function formatName({ schema, name }: TableName): string {
  return schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`
}

function quote(name: string): string {
  return plainName.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
