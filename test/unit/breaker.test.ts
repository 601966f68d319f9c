import { expect, test } from 'vitest'

import { Breaker } from '../../src/breaker.ts'

test('it opens after so many failures in a row, and a success begins anew', () => {
  const breaker = new Breaker({ failures: 2, pauseMs: 100 })
  breaker.failed(0, 1)
  breaker.succeeded()
  breaker.failed(0, 1)
  expect(breaker.admits(0)).toBe(true)
  breaker.failed(0, 1)
  expect(breaker.admits(0)).toBe(false)
})

test('after the pause one probe may go, and no second one while it is under way', () => {
  const breaker = new Breaker({ failures: 1, pauseMs: 100 })
  breaker.failed(0, 1)
  expect(breaker.admits(99)).toBe(false)
  expect(breaker.admits(100)).toBe(true)
  breaker.started()
  expect(breaker.admits(100)).toBe(false)
  breaker.succeeded()
  expect(breaker.admits(100)).toBe(true)
})

test('each probe that fails doubles the pause, up to a limit', () => {
  const breaker = new Breaker({ failures: 1, pauseMs: 100, maxPauseMs: 300 })
  breaker.failed(0, 1)
  breaker.failed(100, 1)
  expect(breaker.admits(299)).toBe(false)
  expect(breaker.admits(300)).toBe(true)
  breaker.failed(300, 1)
  expect(breaker.admits(599)).toBe(false)
  expect(breaker.admits(600)).toBe(true)
})

test('a probe that told nothing lets the next one go', () => {
  const breaker = new Breaker({ failures: 1, pauseMs: 100 })
  breaker.failed(0, 0)
  breaker.started()
  breaker.dropped()
  expect(breaker.admits(100)).toBe(true)
})
