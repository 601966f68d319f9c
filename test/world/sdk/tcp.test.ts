import { types } from 'pg'

import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { startLocalStage } from '../../support/local-stage.ts'
import { describeSdk, knowingNodes } from '../../support/sdk-behaviour.ts'
import { startNoEndpoint } from '../../support/sql-endpoint.ts'

describeSdk(
  async () => await startLocalStage(startNoEndpoint),
  () => {
    const driver = pgDriver()
    return {
      ...knowingNodes({ driver, types }),
      end: async () => await driver[Symbol.asyncDispose](),
    }
  },
)
