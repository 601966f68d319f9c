import { types } from '@neondatabase/serverless'

import { neonDriver } from '../../../src/drivers/neon.ts'
import { startLocalStage } from '../../support/local-stage.ts'
import { describeSdk, knowingNodes } from '../../support/sdk-behaviour.ts'
import { startPlainEndpoint } from '../../support/sql-endpoint.ts'

describeSdk(
  async () => await startLocalStage(startPlainEndpoint),
  () => knowingNodes({ driver: neonDriver(), types }),
)
