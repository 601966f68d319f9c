/** As much of `sql` as the sample app uses: Tidegate's and Neon's both are one. */
export type SqlTag = <Row extends object>(
  strings: TemplateStringsArray,
  ...values: unknown[]
) => PromiseLike<Row[]>

export interface AppVariables {
  readonly sql: SqlTag
  readonly visitor: string
}
