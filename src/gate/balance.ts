/** Which of a region's nodes is asked first. Names for what an app's author can choose from. */
export const balances = ['two-choices', 'round-robin', 'least-in-flight', 'random'] as const
export type Balance = (typeof balances)[number]

export interface Choice {
  /** Its share of the reads. */
  readonly weight: number
  /** What an answer should take, in ms. */
  readonly costMs: number
  readonly inFlight: number
}

export type Choose = <T extends Choice>(choices: readonly [T, ...T[]]) => T

/** @param chance from 0 to 1 at each call */
export function chooser(balance: Balance, chance: () => number): Choose {
  let turn = 0
  return (choices) => {
    switch (balance) {
      case 'random':
        return at(choices, chance())
      case 'round-robin':
        return at(choices, (turn++ % totalWeight(choices)) / totalWeight(choices))
      case 'least-in-flight':
        return least(choices, ({ inFlight, weight }) => inFlight / weight)
      case 'two-choices': {
        // Enough to spread load without everybody running to the one that looks best.
        const first = at(choices, chance())
        const [other, ...others] = choices.filter((each) => each !== first)
        if (!other) return first
        return least([first, at([other, ...others], chance())], ({ costMs }) => costMs)
      }
    }
  }
}

function totalWeight(choices: readonly Choice[]): number {
  return choices.reduce((sum, { weight }) => sum + weight, 0)
}

/** The one that lies at this share of all weights. */
function at<T extends Choice>(choices: readonly [T, ...T[]], share: number): T {
  let left = share * totalWeight(choices)
  return choices.find(({ weight }) => (left -= weight) < 0) ?? choices[0]
}

function least<T>(choices: readonly [T, ...T[]], of: (choice: T) => number): T {
  return choices.reduce((best, each) => (of(each) < of(best) ? each : best))
}
