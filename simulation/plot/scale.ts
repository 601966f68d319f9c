/** From values to places on paper, and where the lines of a grid go. */
export interface Axis {
  readonly label: string
  readonly scale: 'linear' | 'log'
  readonly from: number
  readonly to: number
  /** Where it is read off. @default chosen by the range */
  readonly ticks?: readonly number[] | undefined
  readonly format?: ((value: number) => string) | undefined
}

export interface Scale {
  readonly ticks: readonly number[]
  place(value: number): number
}

export function toScale(axis: Axis, start: number, end: number): Scale {
  const { scale, from, to } = axis
  const turn = scale === 'log' ? Math.log10 : (value: number) => value
  const [low, high] = [turn(from), turn(to)]
  return {
    ticks: axis.ticks ?? (scale === 'log' ? decades(from, to) : round(from, to)),
    place: (value) => {
      const share = (turn(Math.min(Math.max(value, from), to)) - low) / (high - low)
      return Number((start + share * (end - start)).toFixed(2))
    },
  }
}

/** Every power of ten; between them 2 and 5 as well where there are few. */
function decades(from: number, to: number): number[] {
  const [low, high] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))]
  const steps = high - low > 3 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  for (let power = low; power <= high; power++) {
    for (const step of steps) ticks.push(Number((step * 10 ** power).toPrecision(3)))
  }
  return ticks.filter((tick) => tick >= from && tick <= to)
}

function round(from: number, to: number): number[] {
  const rough = (to - from) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10)
  const ticks: number[] = []
  for (let tick = Math.ceil(from / step) * step; tick <= to + step / 1e6; tick += step) {
    ticks.push(Number(tick.toPrecision(6)))
  }
  return ticks
}

/** The least range of powers of ten, or from zero up to a round number, that holds them all. */
export function rangeOf(values: readonly number[], scale: Axis['scale']): [number, number] {
  const most = Math.max(...values, Number.MIN_VALUE)
  if (scale === 'linear') {
    const power = 10 ** Math.floor(Math.log10(most))
    const top = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= most) ?? 10
    return [0, top * power]
  }
  const least = Math.min(...values.filter((value) => value > 0), most)
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  return [10 ** low, 10 ** (high === low ? low + 1 : high)]
}
