import { expect, test } from 'vitest'

import { Slots } from '../../../src/client/slots.ts'

test('six run at once, the others in their order, and a failure frees its place', async () => {
  const slots = new Slots()
  const begun: number[] = []
  const ends: (() => void)[] = []
  const all = Array.from({ length: 8 }, async (_, index) => {
    return await slots.run(async () => {
      begun.push(index)
      await new Promise<void>((resolve, reject) => {
        ends.push(index === 0 ? () => reject(new Error('failed')) : resolve)
      })
    })
  })
  await Promise.resolve()
  expect(begun).toEqual([0, 1, 2, 3, 4, 5])
  ends[0]?.()
  await expect(all[0]).rejects.toThrow('failed')
  await expect.poll(() => begun).toEqual([0, 1, 2, 3, 4, 5, 6])
  ends[1]?.()
  await all[1]
  await expect.poll(() => begun).toHaveLength(8)
  for (const end of ends) end()
  await Promise.allSettled(all)
})
