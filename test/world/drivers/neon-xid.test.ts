import { neonDriver } from '../../../src/drivers/neon.ts'
import { describeDriver } from '../../support/drivers/conformance.ts'
import { startNeonEndpoint } from '../../support/neon-endpoint.ts'

describeDriver('neon, commits told by xid', async () => {
  const endpoint = await startNeonEndpoint()
  return {
    driver: neonDriver({ commitPosition: 'xid' }),
    target: (node) => ({
      name: node.name,
      role: node.role,
      url: node.url(),
      endpoint: endpoint.url,
    }),
    [Symbol.asyncDispose]: async () => await endpoint[Symbol.asyncDispose](),
  }
})
