import { neonDriver } from '../../../src/drivers/neon.ts'
import { describeDriver } from '../../support/drivers/conformance.ts'
import { startGateway } from '../../support/gateway.ts'

describeDriver('neon, through the gateway', async ({ world, standby, subscriber }) => {
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
