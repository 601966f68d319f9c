import { describeDriver } from '../../support/drivers/conformance.ts'
import { plainDriver } from '../../support/drivers/plain-driver.ts'

describeDriver('a driver written with what the package gives', async () => {
  return await Promise.resolve({
    driver: plainDriver,
    target: (node) => ({ name: node.name, role: node.role, url: node.url() }),
    async [Symbol.asyncDispose]() {},
  })
})
