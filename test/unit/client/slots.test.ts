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

test('who comes while a place is handed on waits as well', async () => {
  // In whichever moment it comes.
  for (let moment = 0; moment < 8; moment++) {
    const slots = new Slots()
    let [running, most] = [0, 0]
    const ends: (() => void)[] = []
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => ends.push(resolve))
      running--
    }
    const all = Array.from({ length: 7 }, async () => await slots.run(work))
    await Promise.resolve()
    ends.shift()?.()
    for (let turn = 0; turn < moment; turn++) await Promise.resolve()
    all.push(slots.run(work))
    await expect.poll(() => ends.length).toBe(6)
    expect(most).toBe(6)
    const done = Promise.all(all)
    await expect
      .poll(() => {
        for (const end of ends.splice(0)) end()
        return running
      })
      .toBe(0)
    await done
  }
})
