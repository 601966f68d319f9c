/** The client with the default driver: the official Neon driver, over HTTP. */
import { types } from '@neondatabase/serverless'

import { createTidegate, type Tidegate, type TidegateOptions } from './client/tidegate.ts'
import { neonDriver } from './drivers/neon.ts'

export function tidegate(options: TidegateOptions): Tidegate {
  return createTidegate(options, { driver: neonDriver(), types })
}
