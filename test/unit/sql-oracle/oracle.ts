/**
 * What PostgreSQL's own parser says of a statement, as an independent judge of `footprint`. It shares
 * with it only the table of builtin functions, which has a test of its own.
 */
import { loadModule, parseSync } from 'libpg-query'

import { builtinEffect } from '../../../src/sql/functions.ts'

await loadModule()

export interface Opinion {
  /** Why it may not be called a read; `undefined` if it is one. */
  readonly notRead: string | undefined
  /** Tables read, less the names that WITH defines where they are in scope. */
  readonly tables: ReadonlySet<string>
}

/** `undefined` where the parser refuses the text. */
export function askParser(sql: string): Opinion | undefined {
  let tree: unknown
  try {
    tree = parseSync(sql)
  } catch {
    return undefined
  }
  const judge = new Judge()
  const statements = list(tree, 'stmts').map((statement) => get(statement, 'stmt'))
  for (const statement of statements) judge.statement(statement)
  const [notRead] = judge.objections
  return { notRead, tables: judge.tables }
}

class Judge {
  readonly objections: string[] = []
  readonly tables = new Set<string>()

  statement(node: unknown): void {
    const [kind, body] = only(node)
    switch (kind) {
      case 'SelectStmt':
        this.walk(node, new Set())
        break
      case 'VariableShowStmt':
        break
      case 'ExplainStmt':
        this.explain(body)
        break
      case 'CopyStmt':
        if (get(body, 'is_from') || get(body, 'is_program') || get(body, 'filename')) {
          this.objections.push('COPY that is no COPY TO STDOUT')
        }
        if (get(body, 'query')) this.statement(get(body, 'query'))
        this.walk(body, new Set())
        break
      default:
        this.objections.push(kind)
        this.walk(node, new Set())
    }
  }

  explain(body: unknown): void {
    const analyze = list(body, 'options').some((option) => {
      const element = get(option, 'DefElem')
      if (get(element, 'defname') !== 'analyze') return false
      const [type, value] = only(get(element, 'arg') ?? { Absent: {} })
      if (type === 'Integer') return get(value, 'ival') !== undefined
      const text = get(value, 'sval')
      return typeof text !== 'string' || !['false', 'off', '0'].includes(text.toLowerCase())
    })
    if (analyze) {
      this.statement(get(body, 'query'))
      return
    }
    // Planning calls functions that are not volatile, and which those are is not in the text.
    const planned = new Judge()
    planned.walk(get(body, 'query'), new Set())
    const [kind] = only(get(body, 'query'))
    if (kind === 'ExecuteStmt') this.objections.push(kind)
    for (const objection of planned.objections) {
      if (/^calls (?:\S+\.|(?:txid_current|pg_current_xact_id|pg_walfile_name)$)/.test(objection)) {
        this.objections.push(objection)
      }
    }
    for (const table of planned.tables) this.tables.add(table)
  }

  walk(node: unknown, scope: ReadonlySet<string>): void {
    if (Array.isArray(node)) {
      for (const item of node) this.walk(item, scope)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const inner = this.withNames(node, scope)
    for (const [key, value] of Object.entries(node)) {
      // FOR UPDATE OF names aliases, and tables that are in FROM already.
      if (key === 'withClause' || key === 'lockedRels') continue
      this.visit(key, value, inner)
      this.walk(value, inner)
    }
    if (get(node, 'lockingClause')) this.objections.push('locks rows')
    if (get(node, 'intoClause')) this.objections.push('SELECT INTO')
  }

  /** Walks the WITH list of this statement and gives the scope that the rest of it sees. */
  withNames(node: unknown, scope: ReadonlySet<string>): ReadonlySet<string> {
    const clause = get(node, 'withClause')
    if (!clause) return scope
    const inner = new Set(scope)
    const queries = list(clause, 'ctes').map((each) => get(each, 'CommonTableExpr'))
    if (get(clause, 'recursive')) {
      for (const query of queries) inner.add(String(get(query, 'ctename')))
    }
    for (const query of queries) {
      this.walk(get(query, 'ctequery'), new Set(inner))
      inner.add(String(get(query, 'ctename')))
    }
    return inner
  }

  visit(key: string, value: unknown, scope: ReadonlySet<string>): void {
    switch (key) {
      case 'RangeVar':
      case 'relation':
        this.table(value, scope)
        break
      case 'InsertStmt':
      case 'UpdateStmt':
      case 'DeleteStmt':
      case 'MergeStmt':
        this.objections.push(key)
        break
      case 'FuncCall':
        this.call(names(value, 'funcname'))
        break
      case 'RangeTableSample':
        this.call(names(value, 'method'))
        break
      case 'A_Expr': {
        const operator = names(value, 'name')
        if (operator.length > 1 && operator[0] !== 'pg_catalog')
          this.objections.push('own operator')
        break
      }
      default:
    }
  }

  table(value: unknown, scope: ReadonlySet<string>): void {
    const name = get(value, 'relname')
    if (typeof name !== 'string') return
    const schema = get(value, 'schemaname')
    if (schema === undefined && scope.has(name)) return
    this.tables.add(typeof schema === 'string' ? `${schema}.${name}` : name)
  }

  call(path: readonly string[]): void {
    const [schema, name] = path.length > 1 ? path.slice(-2) : [undefined, path[0]]
    if (schema !== undefined && schema !== 'pg_catalog') {
      this.objections.push(`calls ${path.join('.')}`)
      return
    }
    const effect = builtinEffect(name ?? '')
    if (effect === undefined) this.objections.push(`calls unknown.${name}`)
    else if (effect === 'session' || effect === 'write') this.objections.push(`calls ${name}`)
  }
}

function get(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined
}

function list(node: unknown, key: string): readonly unknown[] {
  const value = get(node, key)
  return Array.isArray(value) ? value : []
}

function only(node: unknown): [kind: string, body: unknown] {
  if (typeof node !== 'object' || node === null) return ['nothing', undefined]
  return Object.entries(node)[0] ?? ['nothing', undefined]
}

function names(node: unknown, key: string): string[] {
  return list(node, key).map((part) => String(get(get(part, 'String'), 'sval')))
}
