/** Text that is drawn over itself on a terminal, and one below the other elsewhere. */
import type { Io } from '../io.ts'

export interface LiveText extends Disposable {
  show(text: string): void
}

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'

export function liveText(io: Io): LiveText {
  if (!io.isTerminal) {
    return { show: (text) => io.out(`${text}\n\n`), [Symbol.dispose]: () => {} }
  }
  let lines = 0
  io.out(HIDE_CURSOR)
  return {
    show(text) {
      const home = lines > 0 ? `\u001B[${lines}A\r` : ''
      // Each line is cleared as it is written, so that nothing flickers.
      const drawn = text.split('\n').map((line) => `${line}\u001B[K\n`)
      io.out(`${home}${drawn.join('')}\u001B[J`)
      lines = drawn.length
    },
    [Symbol.dispose]: () => io.out(SHOW_CURSOR),
  }
}
