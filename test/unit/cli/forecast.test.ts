import { expect, test } from 'vitest'

import { forecast } from '../../../cli/capacity/forecast.ts'
import type { Measured } from '../../../cli/capacity/measure.ts'
import { formatBytes, formatSeconds, parseBytes } from '../../../cli/terminal/units.ts'

const MB = 1024 ** 2
const plain = { factor: 1, diskBytes: undefined }

function measured(
  applied: number,
  lag: number,
  isSaturated: boolean,
  safeBytes?: number,
): Measured {
  return {
    seconds: 10,
    writeBytesPerSecond: 2 * MB,
    unable: {},
    replicas: [
      {
        name: 'fra-1',
        region: 'fra',
        role: 'standby',
        lagBytes: lag,
        applyBytesPerSecond: applied,
        isSaturated,
      },
    ],
    slots: [
      { name: 'tidegate_fra', node: 'fra-1', active: true, retainedBytes: 10 * MB, safeBytes },
    ],
  }
}

test('a replica that applies more than home writes catches up, in the time that its lag takes', () => {
  const { replicas } = forecast(measured(3 * MB, 60 * MB, true), plain)
  expect(replicas[0]).toMatchObject({ outcome: 'catches up', catchesUpInSeconds: 60 })
})

test('one that applies less falls behind, by the difference', () => {
  const { replicas } = forecast(measured(1.5 * MB, 60 * MB, true), plain)
  expect(replicas[0]).toMatchObject({ outcome: 'falls behind', growsBytesPerSecond: 0.5 * MB })
})

test('one that lacked nothing keeps up; what it could do beyond was not seen', () => {
  const idle = measured(2 * MB, 0, false)
  expect(forecast(idle, plain).replicas[0]?.outcome).toBe('keeps up')
  expect(forecast(idle, { ...plain, factor: 3 }).replicas[0]?.outcome).toBe('unknown')
})

test('while home writes nothing, one that applies nothing stands still', () => {
  const idle = { ...measured(0, 60 * MB, true), writeBytesPerSecond: 0 }
  expect(forecast(idle, plain).replicas[0]).toMatchObject({
    outcome: 'stands still',
    growsBytesPerSecond: 0,
  })
})

test('a slot that nobody reads is lost when its limit is written, and fills the disk without one', () => {
  const limited = forecast(measured(2 * MB, 0, false, 120 * MB), { factor: 3, diskBytes: 70 * MB })
  expect(limited.slots[0]).toMatchObject({ lostInSeconds: 20, diskFullInSeconds: 10 })
  const unlimited = forecast(measured(2 * MB, 0, false), plain)
  expect(unlimited.slots[0]?.lostInSeconds).toBeUndefined()
})

test('sizes and times are read and written as people do', () => {
  expect(parseBytes('200GB')).toBe(200 * 1024 ** 3)
  expect(parseBytes('1.5 kB')).toBe(1536)
  expect(parseBytes('many')).toBeUndefined()
  expect(formatBytes(1536)).toBe('1.5 kB')
  expect(formatBytes(7)).toBe('7 B')
  expect(formatSeconds(90)).toBe('90 s')
  expect(formatSeconds(86_400 * 3)).toBe('3.0 days')
})
