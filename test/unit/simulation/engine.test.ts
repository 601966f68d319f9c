import { expect, test } from 'vitest'

import { Dice } from '../../../simulation/engine/dice.ts'
import { EventQueue } from '../../../simulation/engine/event-queue.ts'
import { VirtualTime } from '../../../simulation/engine/virtual-time.ts'
import { Zipf } from '../../../simulation/engine/zipf.ts'
import { Histogram } from '../../../simulation/measure/histogram.ts'

function draws(name: string): number[] {
  const dice = new Dice(7, name)
  return Array.from({ length: 5 }, () => dice.next())
}

const quietly = { signal: new AbortController().signal, onProgress: () => {} }

test('events come in the order of their time, and of one moment as they were planned', () => {
  const dice = new Dice(1, 'queue')
  const queue = new EventQueue()
  for (let index = 0; index < 2000; index++) queue.push(dice.below(50), () => {}, false)
  let before = { at: -1, order: -1 }
  for (let event = queue.pop(); event; event = queue.pop()) {
    const isLater = event.at > before.at || (event.at === before.at && event.order > before.order)
    expect(isLater).toBe(true)
    before = event
  }
  expect(queue.size).toBe(0)
})

test('whoever waits for an event runs to its next wait before time goes on', async () => {
  const time = new VirtualTime()
  const seen: string[] = []
  const wait = async (ms: number): Promise<void> => {
    await new Promise<void>((resolve) => time.wakeAt(time.now + ms, resolve))
  }
  const walk = async (name: string, ms: number): Promise<void> => {
    for (let step = 0; step < 3; step++) {
      await wait(ms)
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      seen.push(`${name} ${time.now}`)
    }
  }
  void walk('a', 10)
  void walk('b', 15)
  await time.run(100, quietly)
  expect(seen).toEqual(['a 10', 'b 15', 'a 20', 'b 30', 'a 30', 'b 45'])
})

test("the platform's timers are the world's while it runs", async () => {
  const time = new VirtualTime()
  const fired: number[] = []
  time.at(0, () => {
    setTimeout(() => fired.push(time.now), 3_600_000)
    clearTimeout(setTimeout(() => fired.push(-1), 1))
  })
  await time.run(4_000_000, quietly)
  expect(fired).toEqual([3_600_000])
})

test('what nobody awaits cannot fail unnoticed', async () => {
  const time = new VirtualTime()
  time.wakeAt(5, () => void Promise.reject(new Error('broken')).catch(time.fail))
  await expect(time.run(10, quietly)).rejects.toThrow('broken')
})

test('dice of one seed and other names are other dice', () => {
  expect(draws('a')).toEqual(draws('a'))
  expect(draws('a')).not.toEqual(draws('b'))
})

test('chances come out as often as they should', () => {
  const dice = new Dice(3, 'chances')
  const many = Array.from({ length: 20_000 }, () => dice.lognormal(10, 1)).toSorted((a, b) => a - b)
  expect(many[10_000]).toBeGreaterThan(9.5)
  expect(many[10_000]).toBeLessThan(10.5)
  const tail = Array.from({ length: 20_000 }, () => dice.pareto(1, 1, Infinity))
  const share = tail.filter((each) => each > 100).length / tail.length
  expect(share).toBeGreaterThan(0.007)
  expect(share).toBeLessThan(0.013)
  const zipf = new Zipf(1000, 1)
  const first = Array.from({ length: 20_000 }, () => zipf.draw(dice)).filter((n) => n === 0).length
  // The thousandth harmonic number is 7.485.
  expect(first / 20_000).toBeGreaterThan(0.12)
  expect(first / 20_000).toBeLessThan(0.15)
})

test('a histogram tells sizes to three in a hundred, and zeros apart', () => {
  const histogram = new Histogram()
  for (let value = 1; value <= 1000; value++) histogram.add(value)
  for (let index = 0; index < 1000; index++) histogram.add(0)
  expect(histogram.zeroShare).toBe(0.5)
  expect(histogram.percentile(0.4)).toBe(0)
  expect(histogram.percentile(0.75)).toBeGreaterThanOrEqual(500)
  expect(histogram.percentile(0.75)).toBeLessThan(540)
  expect(histogram.cumulated().at(-1)?.[1]).toBe(1)
})
