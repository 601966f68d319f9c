import { startLocalStage } from '../../support/local-stage.ts'
import { describeSdk } from '../../support/sdk-behaviour.ts'
import { startReadThroughEndpoint } from '../../support/sql-endpoint.ts'
import { thinTrial } from '../../support/thin-trial.ts'

describeSdk(async () => await startLocalStage(startReadThroughEndpoint), thinTrial)
