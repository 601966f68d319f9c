import { neonDriver } from '../../../src/drivers/neon.ts'
import { startNeonEndpoint } from '../../support/neon-endpoint.ts'
import { describeSdk } from '../../support/sdk-behaviour.ts'

describeSdk(async () => {
  const endpoint = await startNeonEndpoint()
  return {
    driver: neonDriver(),
    place: (node) => ({ url: node.url(), endpoint: endpoint.url }),
    end: async () => await endpoint[Symbol.asyncDispose](),
  }
})
