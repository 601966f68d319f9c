import { types } from '@neondatabase/serverless'
import { describe, expect, inject, test } from 'vitest'

import { neonDriver } from '../../src/drivers/neon.ts'
import { startRemoteStage } from '../support/remote-stage.ts'
import { describeSdk, knowingNodes } from '../support/sdk-behaviour.ts'
import { thinTrial } from '../support/thin-trial.ts'

describe.each(['plain', 'gateway'])('with Postgres behind %s HTTP', (endpoint) => {
  describeSdk(
    async () => await startRemoteStage(inject('control'), endpoint),
    () => knowingNodes({ driver: neonDriver(), types }),
  )
})

describe('the thin client, with Postgres behind gateways that answer with the SDK', () => {
  describeSdk(async () => await startRemoteStage(inject('control'), 'read-through'), thinTrial)
})

test('this is where the SDK will run, and not Node', () => {
  const edge: unknown = Reflect.get(globalThis, 'EdgeRuntime')
  const runtime = edge ?? navigator.userAgent
  expect(['Cloudflare-Workers', 'edge-runtime']).toContain(runtime)
})
