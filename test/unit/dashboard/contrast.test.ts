/** Every pair of colours that text is written in can be read, in both themes (WCAG 2.2, AA). */
import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

const css = readFileSync('dashboard/page/style.css', 'utf8')
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
)

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (lighter + 0.05) / (darker + 0.05)
}

const texts = [
  ['text', 'page'],
  ['text', 'card'],
  ['text', 'basin'],
  ['text-soft', 'page'],
  ['text-soft', 'card'],
  // On the map, over land.
  ['text-soft', 'land'],
  ['text', 'land'],
  ['accent', 'card'],
  ['on-accent', 'accent'],
  ['good', 'card'],
  ['good', 'good-back'],
  ['bad', 'card'],
  ['bad', 'bad-back'],
] as const

const lines = [1, 2, 3, 4, 5, 6].map((tide) => `tide-${tide}`).concat('water')

test.each(['light', 'dark'] as const)('in the %s theme all text stands out', (theme) => {
  for (const [text, ground] of texts) {
    const ratio = contrast(colours.get(text)?.[theme] ?? '', colours.get(ground)?.[theme] ?? '')
    expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(['light', 'dark'] as const)(
  'in the %s theme all lines and levels can be seen',
  (theme) => {
    for (const line of lines) {
      const ratio = contrast(colours.get(line)?.[theme] ?? '', colours.get('card')?.[theme] ?? '')
      expect(ratio, line).toBeGreaterThanOrEqual(3)
    }
  },
)
