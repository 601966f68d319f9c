/** A database and a gateway before it, until the input ends. Tells where they are in one line of JSON. */
import { startWorld } from '../../../infra/local/world.ts'
import { startGateway } from '../gateway.ts'

await using world = await startWorld({
  home: 'iad',
  distanceScale: 0,
  schema: 'create table note (id serial primary key, body text unique)',
})
await using gateway = await startGateway([world.primary])
console.log(JSON.stringify({ gatewayEndpoint: gateway.url, connectionString: world.primary.url() }))
process.stdin.resume()
await new Promise<void>((resolve) => process.stdin.once('end', () => resolve()))
