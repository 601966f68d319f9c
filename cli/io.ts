/** What a command may touch of the world around it, so that a test can stand in for the terminal. */
export interface Io {
  /** What the command is for: goes to standard output, as it is. */
  readonly out: (text: string) => void
  /** Everything else: progress, refusals. */
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Whether standard output is a terminal: only there anything is drawn over. */
  readonly isTerminal: boolean
  readonly hasColour: boolean
  readonly columns: number
  /** All of standard input; `undefined` where a person sits at it. */
  readonly stdin: () => Promise<string | undefined>
  /** Lines as they come, until the signal; none more when the input has ended. */
  readonly lines: (signal: AbortSignal) => AsyncIterable<string>
  /** One line from a person; `undefined` where nobody sits there. */
  readonly ask: (question: string) => Promise<string | undefined>
  /** Ctrl-C, or the end of a service. */
  readonly signal: AbortSignal
}

/** 0: all is well. 1: it found problems, or failed. 2: it was not asked rightly. */
export type ExitCode = 0 | 1 | 2
