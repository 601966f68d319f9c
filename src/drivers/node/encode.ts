// oxlint-disable-next-line typescript/triple-slash-reference -- who reads this file by itself finds the types, too
/// <reference path="./pg-utils.d.ts" />
/**
 * Values as `pg` writes them, before anything is sent. Left to `pg`, one that cannot be written would be
 * found in the middle of a batch, whose other statements would run and be committed.
 */
import utils from 'pg/lib/utils.js'

import type { Query } from '../driver.ts'
import { unsendable } from '../failure.ts'

export function encode(queries: readonly Query[]): readonly Query[] {
  try {
    return queries.map(({ text, params }) => ({ text, params: params.map(utils.prepareValue) }))
  } catch (error) {
    throw unsendable(error)
  }
}
