/** `tidegate setup`: what Tidegate needs in the databases; shown, done or taken back. */
import { isTidegateError, TidegateError } from '../../src/errors.ts'
import { command, configArgs, jsonArg } from '../command.ts'
import { loadConfig } from '../config/load.ts'
import type { Io } from '../io.ts'
import { Database } from '../reach/database.ts'
import { problemOf } from '../reach/problem.ts'
import { setupPlan, undoPlan } from '../setup/plan.ts'
import { stateOf } from '../setup/state.ts'
import type { Plan, Step } from '../setup/step.ts'
import { painter } from '../terminal/paint.ts'

export const setupCommand = command({
  name: 'setup',
  summary: 'Publication, slots, heartbeat, event trigger, roles: show the SQL, do it, take it back',
  args: {
    apply: { type: 'boolean', description: 'Do it; without this it is only shown' },
    undo: { type: 'boolean', description: 'The opposite: drop slots, triggers, schema' },
    roles: {
      type: 'boolean',
      description: 'Roles with least privileges too; TIDEGATE_CONSUMER_PASSWORD is its password',
    },
    ...configArgs,
    ...jsonArg,
  },
  async run(args, io) {
    const config = await loadConfig(args, io)
    const password = config.env['TIDEGATE_CONSUMER_PASSWORD']
    const databases = config.nodes.map((node) => new Database(node))
    try {
      const states = await Promise.all(
        databases.map(async (database) => {
          try {
            return await stateOf(database, config)
          } catch (error) {
            if (isTidegateError(error)) throw error
            const message = `${database.node.name} cannot be set up: ${problemOf(error)}.`
            throw new TidegateError('REPLICATION_FAILED', message, { cause: error })
          }
        }),
      )
      const roles = { wanted: args.roles === true, password }
      const plan = (args.undo ? undoPlan : setupPlan)(config, states, roles)
      return args.apply ? await apply(plan, args.json, io) : show(plan, args.json, io)
    } finally {
      await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()))
    }
  },
})

function show({ steps, notes }: Plan, json: boolean | undefined, io: Io): 0 {
  const paint = painter(io)
  if (json) {
    const told = steps.map(({ node, what, sql }) => ({ node, what, sql, done: false }))
    io.out(`${JSON.stringify({ steps: told, notes }, null, 2)}\n`)
    return 0
  }
  for (const note of notes) io.out(`${paint('gray', `-- ${note}`)}\n`)
  let before = ''
  for (const { node, what, sql } of steps) {
    const here = `-- on ${node}: ${what}`
    if (here !== before) io.out(`\n${paint('gray', here)}\n`)
    before = here
    io.out(`${sql};\n`)
  }
  io.out(
    steps.length === 0
      ? `${paint('green', '✓')} There is nothing to do.\n`
      : `\n${paint('gray', '-- Nothing has been done. To do it, add --apply.')}\n`,
  )
  return 0
}

async function apply({ steps, notes }: Plan, json: boolean | undefined, io: Io): Promise<0 | 1> {
  const paint = painter(io)
  const told: (Pick<Step, 'node' | 'what' | 'sql'> & { done: boolean; error?: string })[] = []
  let isDone = true
  for (const { node, what, sql, run } of steps) {
    io.signal.throwIfAborted()
    const [line = ''] = sql.split('\n')
    try {
      await run()
      told.push({ node, what, sql, done: true })
      if (!json) io.out(`${paint('green', '✓')} ${node}  ${line}\n`)
    } catch (error) {
      // These statements are ours: what Postgres says of them holds names, and nobody's rows.
      const reason =
        error instanceof Error && 'severity' in error ? error.message : problemOf(error)
      told.push({ node, what, sql, done: false, error: reason })
      if (!json) io.out(`${paint('red', '✗')} ${node}  ${line}\n  ${reason}\n`)
      isDone = false
      break
    }
  }
  if (json) io.out(`${JSON.stringify({ steps: told, notes }, null, 2)}\n`)
  else if (isDone && steps.length === 0) io.out(`${paint('green', '✓')} There is nothing to do.\n`)
  else if (!isDone)
    io.out('What was done stays. Mend it and run this again: it goes on from there.\n')
  return isDone ? 0 : 1
}
