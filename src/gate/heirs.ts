/** Who has taken the primary's place: asked of the replicas, one of which was promoted. */
import type { GateWork } from './gate.ts'
import type { Knowledge } from './knowledge.ts'
import type { Nodes } from './nodes.ts'
import { withTimeLimit } from './time-limit.ts'

export interface HeirsOptions {
  readonly knowledge: Knowledge
  readonly clock: () => number
}

/** While the primary fails, replicas are not asked for its heir with every write. */
const SEEK_AGAIN_MS = 1000

export class Heirs {
  readonly #nodes: Nodes
  readonly #options: HeirsOptions
  #soughtAt = -Infinity

  constructor(nodes: Nodes, options: HeirsOptions) {
    this.#nodes = nodes
    this.#options = options
  }

  /**
   * Looks for one where the primary cannot be the right one: it was replaced before the session's
   * epoch, or has failed so often that it may be gone.
   * @returns whether it certainly was replaced, and by nobody in reach
   */
  async seek(epoch = 0, work: GateWork): Promise<boolean> {
    const { knowledge, clock } = this.#options
    const wasReplaced = knowledge.isHeirOfPrimary(epoch)
    if (!wasReplaced) {
      const now = clock()
      const mayBeGone = knowledge.node(knowledge.primary).breaker.open
      if (!mayBeGone || now - this.#soughtAt < SEEK_AGAIN_MS) return false
      this.#soughtAt = now
    }
    const heir = await this.find(work, wasReplaced ? epoch : undefined)
    return wasReplaced && heir === undefined
  }

  /** @param least the timeline that it must have come to */
  async find(
    { deadline, attemptMs, signal: caller }: GateWork,
    least: number = this.#options.knowledge.timeline,
  ): Promise<string | undefined> {
    const left = Math.min(deadline - this.#options.clock(), attemptMs)
    return await withTimeLimit(left, caller, new AbortController(), async (signal) => {
      return await this.#ask(signal, least)
    })
  }

  async #ask(signal: AbortSignal, least: number): Promise<string | undefined> {
    const { knowledge } = this.#options
    const work = { queries: [], xids: [], signal }
    const others = this.#nodes.all.filter(({ target }) => target.name !== knowledge.primary)
    const asked = others.map(async ({ driver, target: { name }, target }) => {
      const { role, timeline } = await driver.read(target, work)
      if (role !== 'primary' || (timeline ?? Infinity) < least) throw new Error('It is no heir')
      return { name, timeline }
    })
    // Nobody waits for those that do not answer once one has.
    const heir = await Promise.any(asked).catch(() => undefined)
    if (heir) knowledge.learnPrimary(heir.name, heir.timeline)
    return heir?.name
  }
}
