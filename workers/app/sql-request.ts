/** A request of Neon's SQL over HTTP, checked: one query, or several as a transaction. */
export interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
  readonly arrayMode: boolean
}

export interface SqlRequest {
  readonly statements: readonly Statement[]
  /** Absent: the one query alone. */
  readonly transaction: Transaction | undefined
  /** Values as Postgres writes them, rather than as JSON's own types. */
  readonly rawText: boolean
}

const levels = ['ReadUncommitted', 'ReadCommitted', 'RepeatableRead', 'Serializable'] as const

interface Transaction {
  readonly isolationLevel: (typeof levels)[number] | undefined
  readonly readOnly: boolean
  readonly deferrable: boolean
}

export async function readSqlRequest(request: Request): Promise<SqlRequest | undefined> {
  const body: unknown = await request.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null) return undefined
  const isSet = (name: string): boolean => request.headers.get(`neon-${name}`) === 'true'
  const arrayMode = isSet('array-mode')
  const rawText = isSet('raw-text-output')
  if ('query' in body) {
    const statement = toStatement(body, arrayMode)
    return statement && { statements: [statement], transaction: undefined, rawText }
  }
  const queries: unknown = 'queries' in body ? body.queries : undefined
  if (!Array.isArray(queries) || queries.length === 0) return undefined
  const statements = queries.flatMap((query: unknown) => toStatement(query, arrayMode) ?? [])
  const level = request.headers.get('neon-batch-isolation-level')
  const isolationLevel = levels.find((each) => each === level)
  if (statements.length < queries.length || (level !== null && !isolationLevel)) return undefined
  const transaction = {
    isolationLevel,
    readOnly: isSet('batch-read-only'),
    deferrable: isSet('batch-deferrable'),
  }
  return { statements, transaction, rawText }
}

function toStatement(value: unknown, arrayMode: boolean): Statement | undefined {
  if (typeof value !== 'object' || value === null || !('query' in value)) return undefined
  const { query } = value
  const params: unknown = 'params' in value ? (value.params ?? []) : []
  const mode: unknown = 'arrayMode' in value ? (value.arrayMode ?? arrayMode) : arrayMode
  if (typeof query !== 'string' || !Array.isArray(params) || typeof mode !== 'boolean') {
    return undefined
  }
  return { text: query, params, arrayMode: mode }
}
