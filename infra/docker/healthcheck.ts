/**
 * What the container's HEALTHCHECK runs: the image has no curl, and Node is there. It asks the consumer and
 * the gateway, or those that are named, and ends with 0 if all of them are of use.
 */
const ports: Readonly<Record<string, string>> = {
  consumer: process.env['TIDEGATE_PORT'] ?? '9187',
  gateway: process.env['TIDEGATE_GATEWAY_LISTEN_PORT'] ?? '4444',
}
const PATIENCE_MS = 4_000

const named = process.argv.slice(2)
const answers = await Promise.all(
  (named.length > 0 ? named : Object.keys(ports)).map(async (service) => {
    const url = `http://127.0.0.1:${ports[service]}/health`
    const isWell = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      ({ ok }) => ok,
      () => false,
    )
    return { service, isWell }
  }),
)

for (const { service, isWell } of answers) {
  process.stdout.write(`${service}: ${isWell ? 'well' : 'not well'}\n`)
}
process.exitCode = answers.every(({ isWell }) => isWell) ? 0 : 1
