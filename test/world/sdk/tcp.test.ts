import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { describeSdk } from '../../support/sdk-behaviour.ts'

describeSdk(async () => {
  const driver = pgDriver()
  return await Promise.resolve({
    driver,
    place: (node) => ({ url: node.url() }),
    end: async () => await driver[Symbol.asyncDispose](),
  })
})
