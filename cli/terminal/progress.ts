/** One line that is drawn over while work goes on, on a terminal only. */
import type { Io } from '../io.ts'

export interface ProgressLine {
  show(text: string): void
  end(): void
}

const CLEAR = '\r\u001B[K'

export function progressLine(io: Io): ProgressLine {
  if (!io.isTerminal) return { show: () => {}, end: () => {} }
  return {
    show: (text) => io.err(`${CLEAR}… ${text}`),
    end: () => io.err(CLEAR),
  }
}
