import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Choices } from '../../support/cache/model/choices.ts'
import { Model } from '../../support/cache/model/model.ts'
import { type Variant, variants } from '../../support/cache/model/variant.ts'

// Small numbers are no likelier than others: they would be the same few parties again and again.
const schedule = fc.noBias(
  fc.array(fc.nat({ max: 5039 }), { minLength: 1500, maxLength: 1500, size: 'max' }),
)

function everyAnswerIsRight(
  variant: Variant,
  run: (model: Model) => void,
): fc.IAsyncProperty<[number[]]> {
  return fc.asyncProperty(schedule, async (numbers) => {
    const model = new Model(variant)
    const choices = new Choices(numbers)
    while (!choices.done) await model.step(choices)
    run(model)
  })
}

test('no answer is outside of what its need allows, whatever happens in whichever order', async () => {
  let steps = 0
  let hits = 0
  let nearHits = 0
  const property = everyAnswerIsRight({}, (model) => {
    steps += model.steps
    hits += model.hits
    nearHits += model.nearHits
  })
  await fc.assert(property, { numRuns: 500 })
  expect(steps).toBeGreaterThan(100_000)
  expect(hits).toBeGreaterThan(3000)
  expect(nearHits).toBeGreaterThan(200)
}, 60_000)

test.each(Object.entries(variants))(
  '%s is caught',
  async (_, variant) => {
    const property = everyAnswerIsRight(variant, () => {})
    const { errorInstance } = await fc.check(property, {
      numRuns: 2000,
      seed: 42,
      endOnFailure: true,
    })
    expect(String(errorInstance)).toMatch(/The (answer|session) /)
  },
  60_000,
)
