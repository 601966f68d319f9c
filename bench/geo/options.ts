/** What may be said to `npm run bench -- geo`. */
import { OptionError, type OptionTexts, wholeNumber } from '../benchmark.ts'
import { strategies } from './strategies.ts'

export const optionTexts = {
  seconds: { default: '120', help: 'how long it measures' },
  sessions: { default: '2', help: 'of each strategy and mix, in each region' },
  seed: { default: '1', help: 'which run of luck' },
  strategies: { default: Object.keys(strategies).join(), help: 'only these' },
  items: { default: '20', help: 'that the sessions of one strategy and mix read and write' },
  'edge-ms': { default: '12', help: 'from an app to its own region and back' },
  'distance-scale': { default: '1', help: 'multiplies the distances between regions' },
  chart: { default: '', help: 'a file for the picture, as SVG' },
  page: { default: '', help: 'a page whose tables, between its marks, are written anew' },
} as const satisfies OptionTexts

export interface GeoOptions {
  readonly seconds: number
  readonly sessions: number
  readonly seed: number
  readonly strategies: readonly string[]
  readonly items: number
  readonly edgeMs: number
  readonly distanceScale: number
  /** `undefined`: none is drawn. */
  readonly chart: string | undefined
  /** `undefined`: none is written. */
  readonly page: string | undefined
}

export function readOptions(texts: Readonly<Record<string, string>>): GeoOptions {
  const text = (name: keyof typeof optionTexts): string => texts[name] ?? optionTexts[name].default
  const count = (name: keyof typeof optionTexts): number => wholeNumber(name, text(name))
  const amount = (name: keyof typeof optionTexts): number => {
    const value = Number(text(name))
    if (Number.isFinite(value) && value >= 0) return value
    throw new OptionError(`--${name}: expected a number from 0.`)
  }
  const names = text('strategies').split(',')
  if (!names.every((name) => name in strategies)) {
    throw new OptionError(`--strategies: expected some of ${Object.keys(strategies).join()}.`)
  }
  return {
    seconds: count('seconds'),
    sessions: count('sessions'),
    seed: count('seed'),
    strategies: names,
    items: count('items'),
    edgeMs: amount('edge-ms'),
    distanceScale: amount('distance-scale'),
    chart: text('chart') || undefined,
    page: text('page') || undefined,
  }
}
