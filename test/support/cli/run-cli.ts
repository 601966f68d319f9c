/** The command line in this process, with a terminal that can be read. */
import { runProgram } from '../../../cli/program.ts'

export interface CliRun {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What `--json` printed. */
  readonly json: unknown
}

export interface CliOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: string
  readonly hasColour?: boolean
  readonly signal?: AbortSignal
  /** What is typed while the command runs. */
  readonly lines?: (signal: AbortSignal) => AsyncIterable<string>
  /** Told of what is printed, as it is printed. */
  readonly onOut?: (text: string) => void
}

/** What `--json` printed, in the type that the command prints. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever asked knows what was printed
export function printed<T>({ out }: Pick<CliRun, 'out'>): T {
  const parsed: T = JSON.parse(out)
  return parsed
}

/** No folder of this repository holds a configuration, and none is above it. */
const NOWHERE = '/'

export async function runCli(words: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  let out = ''
  let err = ''
  const code = await runProgram(words, {
    out: (text) => {
      out += text
      options.onOut?.(text)
    },
    err: (text) => (err += text),
    env: options.env ?? {},
    cwd: options.cwd ?? NOWHERE,
    isTerminal: false,
    hasColour: options.hasColour ?? false,
    columns: 100,
    stdin: async () => await Promise.resolve(options.stdin),
    lines: options.lines ?? none,
    ask: async () => await Promise.resolve(undefined),
    signal: options.signal ?? new AbortController().signal,
  })
  return {
    code,
    out,
    err,
    get json() {
      const parsed: unknown = JSON.parse(out)
      return parsed
    },
  }
}

async function* none(): AsyncIterable<string> {}
