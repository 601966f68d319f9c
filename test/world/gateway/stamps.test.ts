import { neonDriver } from '../../../src/drivers/neon.ts'
import { describeStamps } from '../../support/drivers/stamps-under-load.ts'
import { startGateway } from '../../support/gateway.ts'

describeStamps(async ({ world, standby, subscriber }) => {
  const gateway = await startGateway([world.primary, standby, subscriber])
  return {
    driver: neonDriver(),
    target: (node) => ({
      name: node.name,
      role: node.role,
      url: node.url(),
      endpoint: gateway.url,
      gateway: true,
    }),
    [Symbol.asyncDispose]: async () => await gateway[Symbol.asyncDispose](),
  }
})
