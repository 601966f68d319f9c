/** `tidegate explain`: what a statement is, and where it would go. */
import { createSqlPolicy } from '../../src/sql/index.ts'
import { command, configArgs, jsonArg, usageError } from '../command.ts'
import { loadConfigIfAny } from '../config/load.ts'
import { type Explanation, explain } from '../explain/explanation.ts'
import { findCatalog } from '../explain/find-catalog.ts'
import { type Explained, renderExplained } from '../explain/render.ts'
import { routesNow } from '../explain/routes.ts'
import type { Io } from '../io.ts'
import { Database } from '../reach/database.ts'
import { painter } from '../terminal/paint.ts'

export const explainCommand = command({
  name: 'explain',
  summary: 'What a statement is: read or write, its tags, cacheable or not, where it would go',
  args: {
    sql: { type: 'positional', required: false, description: 'The statement; or standard input' },
    offline: { type: 'boolean', description: 'Ask no database, even if there is a configuration' },
    ...configArgs,
    ...jsonArg,
  },
  async run(args, io) {
    const sql = args.sql ?? (await io.stdin())
    if (sql === undefined) throw usageError('expected a statement, as an argument or on stdin')
    const explained = await explainWhole(sql, args, io)
    io.out(
      args.json
        ? `${JSON.stringify(explained, null, 2)}\n`
        : renderExplained(explained, painter(io)),
    )
    return explained.refused === undefined ? 0 : 1
  },
})

interface Args {
  readonly offline?: boolean | undefined
  readonly config?: string | undefined
  readonly 'env-file'?: string | undefined
}

async function explainWhole(sql: string, args: Args, io: Io): Promise<Explained> {
  const config = await loadConfigIfAny(args, io)
  const policy = config?.policy ?? createSqlPolicy()
  if (!config || args.offline) {
    const offline = config ? 'none: it was not to be asked for' : 'none: there is no configuration'
    const explanation: Explanation = explain(sql, policy, undefined)
    return { ...explanation, catalog: offline, routes: undefined }
  }
  const databases = config.nodes.map((node) => new Database(node))
  try {
    const [primary] = databases
    const found = primary && (await findCatalog(config, primary))
    const explanation = explain(sql, policy, found?.catalog)
    const routes = await routesNow(config, databases, explanation)
    return { ...explanation, catalog: found?.from ?? 'none', routes }
  } finally {
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()))
  }
}
