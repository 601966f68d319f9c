import { types } from '@neondatabase/serverless'

import { neonDriver } from '../../../src/drivers/neon.ts'
import { startLocalStage } from '../../support/local-stage.ts'
import { describeSdk, knowingNodes } from '../../support/sdk-behaviour.ts'
import { startGatewayEndpoint } from '../../support/sql-endpoint.ts'

describeSdk(
  async () => await startLocalStage(startGatewayEndpoint),
  () => knowingNodes({ driver: neonDriver(), types }),
)
