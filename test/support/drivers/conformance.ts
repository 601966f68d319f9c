/** What every driver must do, tried on real servers. Each driver's test file runs it. */
import { afterAll, beforeAll, describe } from 'vitest'

import { failureConformance } from './failure-conformance.ts'
import { readConformance } from './read-conformance.ts'
import { type DriverUnderTest, Trial } from './trial.ts'
import type { DriversWorld } from './world.ts'
import { writeConformance } from './write-conformance.ts'

export function describeDriver(
  name: string,
  make: (geography: DriversWorld) => Promise<DriverUnderTest>,
): void {
  describe(name, () => {
    const trial = new Trial()
    beforeAll(async () => await trial.start(make))
    afterAll(async () => await trial.stop())

    readConformance(trial)
    writeConformance(trial)
    failureConformance(trial)
  })
}
