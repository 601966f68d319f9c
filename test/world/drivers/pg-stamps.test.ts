import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { describeStamps } from '../../support/drivers/stamps-under-load.ts'

describeStamps(async () => {
  const driver = pgDriver({ max: 4 })
  return await Promise.resolve({
    driver,
    target: (node) => ({ name: node.name, role: node.role, url: node.url() }),
    [Symbol.asyncDispose]: async () => await driver.end(),
  })
})
