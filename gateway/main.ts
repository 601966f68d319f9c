/** `node gateway/main.ts`: runs a gateway until SIGTERM or SIGINT. */
import { isTidegateError } from '../src/errors.ts'
import { startGatewayFrom } from './run.ts'
import { helpText } from './settings/help.ts'

async function run(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(helpText())
    return
  }
  const server = await startGatewayFrom(process.env)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void server.stop())
  }
}

await run().catch((error: unknown) => {
  if (!isTidegateError(error, 'CONFIG_INVALID')) throw error
  console.error(`${error.message}\nAll settings: --help`)
  process.exitCode = 2
})
