/** The buttons that break things, each its own undo. */
import type { FaultShape, FaultState, Scene } from '../shapes.ts'
import { byId, html, say, set } from './dom.ts'

export class FaultButtons {
  readonly #buttons = new Map<string, { shape: FaultShape; button: HTMLButtonElement }>()

  constructor({ faults }: Scene) {
    const items = faults.map((shape) => {
      const button = html('button', { type: 'button', 'data-fault': shape.id })
      const words = html('p', { id: `watch-${shape.id}` }, shape.watch)
      set(button, { 'aria-describedby': words.id })
      button.addEventListener('click', () => void press(shape, button))
      this.#buttons.set(shape.id, { shape, button })
      return html('li', {}, button, words)
    })
    byId('faults').replaceChildren(...items)
  }

  show(states: readonly FaultState[]): void {
    for (const { id, state } of states) {
      const known = this.#buttons.get(id)
      if (!known) continue
      const { shape, button } = known
      const isOn = state === 'on'
      button.disabled = state === 'working' || state === 'unfit'
      button.classList.toggle('on', isOn)
      set(button, { 'data-state': state })
      say(button, wordsOf(shape, state))
    }
  }
}

function wordsOf({ label, undo }: FaultShape, state: FaultState['state']): string {
  if (state === 'working') return `${label} …`
  if (state === 'failed') return `${label}: failed, try again`
  return state === 'on' && undo !== undefined ? undo : label
}

async function press({ id }: FaultShape, button: HTMLButtonElement): Promise<void> {
  const method = button.dataset['state'] === 'on' ? 'DELETE' : 'PUT'
  button.disabled = true
  // What comes of it is told by the next sample.
  await fetch(`/faults/${id}`, { method })
}
