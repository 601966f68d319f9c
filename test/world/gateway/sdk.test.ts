import { neonDriver } from '../../../src/drivers/neon.ts'
import { startGateway } from '../../support/gateway.ts'
import { describeSdk } from '../../support/sdk-behaviour.ts'

describeSdk(async (world) => {
  const gateway = await startGateway(world.regions.flatMap(({ nodes }) => nodes))
  return {
    driver: neonDriver(),
    place: (node) => ({ url: node.url(), endpoint: gateway.url, gateway: true }),
    end: async () => await gateway[Symbol.asyncDispose](),
  }
})
