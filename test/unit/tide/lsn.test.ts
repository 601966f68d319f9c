import { expect, test } from 'vitest'

import { formatLsn, parseLsn } from '../../../src/tide/lsn.ts'

test('x', () => {
  expect(formatLsn(parseLsn('16/B374D848'))).toBe('16/B374D848')
})
