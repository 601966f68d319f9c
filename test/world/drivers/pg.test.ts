import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { describeDriver } from '../../support/drivers/conformance.ts'

describeDriver('pg', async () => {
  const driver = pgDriver({ max: 4 })
  return {
    driver,
    target: (node) => ({ name: node.name, role: node.role, url: node.url() }),
    [Symbol.asyncDispose]: async () => await driver.end(),
  }
})
