/** The same clicks with Tidegate and without: write a comment, read the comments, look for it. */
import type { RouteTold, Scene } from '../shapes.ts'
import { byId, html, say } from './dom.ts'
import { milliseconds } from './words.ts'

const PATH = 'posts/3/comments'
const sides = [
  { side: 'tidegate', title: 'With Tidegate' },
  { side: 'plain', title: 'Nearest database, no tide' },
] as const

interface Reply {
  readonly ok: boolean
  readonly ms: number
  readonly route: RouteTold | null
  readonly data: unknown
}

interface Column {
  readonly side: (typeof sides)[number]['side']
  readonly verdict: HTMLElement
  readonly steps: HTMLElement
  readonly list: HTMLElement
  /** The comment that should be there. */
  written: string | undefined
}

export class Comparison {
  readonly #columns: readonly Column[]
  readonly #onMove: (edge: string) => void
  #edge: string

  constructor(scene: Scene, onMove: (edge: string) => void) {
    this.#onMove = onMove
    // The farthest from home has most to see.
    this.#edge = scene.regions.at(-1)?.name ?? scene.home
    this.#columns = sides.map(({ side, title }) => draw(side, title))
    byId('sides').replaceChildren(...this.#columns.map(({ list }) => columnOf(list)))
    this.#drawEdges(scene)
    byId('try-form').addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#all(async (column) => await this.#comment(column, words()))
    })
    byId('again').addEventListener('click', () => {
      void this.#all(async (column) => await this.#read(column))
    })
    onMove(this.#edge)
  }

  #drawEdges({ regions }: Scene): void {
    const legend = byId('edges').querySelector('legend')
    const choices = regions.map(({ name, city }) => {
      const input = html('input', { type: 'radio', name: 'edge', value: name })
      input.checked = name === this.#edge
      input.addEventListener('change', () => {
        this.#edge = name
        this.#onMove(name)
      })
      return html('label', {}, input, ` ${city}`)
    })
    byId('edges').replaceChildren(...(legend ? [legend] : []), ...choices)
  }

  async #all(work: (column: Column) => Promise<void>): Promise<void> {
    await Promise.all(this.#columns.map(work))
  }

  async #comment(column: Column, body: string): Promise<void> {
    column.steps.replaceChildren()
    judge(column, 'pending', 'Writing …')
    const reply = await this.#ask(column, 'POST', { author: 'You', body })
    if (!reply.ok) {
      judge(column, 'failed', unwritten(reply.data))
      return
    }
    column.written = idOf(reply.data)
    step(column, 'wrote', reply)
    await this.#read(column)
  }

  async #read(column: Column): Promise<void> {
    const reply = await this.#ask(column, 'GET')
    if (!reply.ok) {
      judge(column, 'failed', 'Nobody who can be reached has data that is new enough.')
      return
    }
    step(column, 'read', reply)
    const comments = commentsOf(reply.data)
    column.list.replaceChildren(
      ...comments.filter(({ mine }) => mine).map(({ body }) => html('li', {}, body)),
    )
    if (column.written === undefined) judge(column, 'pending', 'Nothing written yet.')
    else if (comments.some(({ id }) => id === column.written)) {
      judge(column, 'found', 'Your comment is there.')
    } else judge(column, 'lost', 'Your comment is missing.')
  }

  async #ask({ side }: Column, method: string, body?: object): Promise<Reply> {
    const begun = performance.now()
    try {
      const init = { method, ...(body && { body: JSON.stringify(body) }) }
      const answer = await fetch(`/try/${this.#edge}/${side}/${PATH}`, init)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own server wrote it
      return (await answer.json()) as Reply
    } catch {
      return { ok: false, ms: performance.now() - begun, route: null, data: null }
    }
  }
}

function draw(side: Column['side'], title: string): Column {
  const verdict = html('p', { class: 'verdict', role: 'status' }, 'Nothing written yet.')
  const steps = html('ol', { class: 'steps' })
  const list = html('ul', { class: 'comments' })
  html(
    'article',
    { class: 'side', id: `side-${side}` },
    html('h3', {}, title),
    verdict,
    steps,
    html('h4', {}, 'Your comments, as read'),
    list,
  )
  return { side, verdict, steps, list, written: undefined }
}

function columnOf(list: HTMLElement): HTMLElement {
  return list.parentElement ?? list
}

function words(): string {
  const input = byId('words')
  return input instanceof HTMLInputElement ? input.value : ''
}

function judge({ verdict }: Column, state: string, text: string): void {
  verdict.dataset['state'] = state
  say(verdict, text)
}

function step({ steps }: Column, did: string, { ms, route }: Reply): void {
  const where = route ? `${did} at ${route.node}` : did
  const item = html('li', {}, `${where}, ${milliseconds(ms)}`)
  if (route) item.append(html('small', {}, route.reason))
  steps.append(item)
}

interface Comment {
  readonly id: string
  readonly body: string
  readonly mine: boolean
}

function commentsOf(data: unknown): Comment[] {
  return Array.isArray(data) ? data.filter(isComment) : []
}

function isComment(value: unknown): value is Comment {
  return typeof value === 'object' && value !== null && 'id' in value && 'body' in value
}

/** Only what may be tried again certainly did not run. */
function unwritten(error: unknown): string {
  return typeof error === 'object' && error && 'retryable' in error && error.retryable === true
    ? 'The primary cannot be reached: nothing was written.'
    : 'The primary gave no answer: nobody knows whether it was written.'
}

function idOf(data: unknown): string | undefined {
  return isComment(data) ? data.id : undefined
}
