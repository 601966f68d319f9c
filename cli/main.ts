#!/usr/bin/env node
/** `tidegate`: the command line. */
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'

import { runProgram } from './program.ts'

const end = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // Who asks twice does not want to wait.
    if (end.signal.aborted) process.exit(130)
    end.abort()
  })
}
// `tidegate … | head` closes the pipe: nobody reads on, so there is nothing to complain of.
process.stdout.on('error', () => process.exit(0))

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question, { signal: end.signal })
  } finally {
    terminal.close()
  }
}

async function* lines(signal: AbortSignal): AsyncIterable<string> {
  const input = createInterface({ input: process.stdin })
  const close = (): void => input.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    if (!signal.aborted) yield* input
  } finally {
    signal.removeEventListener('abort', close)
    input.close()
  }
}

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (chunk) => void process.stdout.write(chunk),
  err: (chunk) => void process.stderr.write(chunk),
  env: process.env,
  cwd: process.cwd(),
  isTerminal: process.stdout.isTTY,
  hasColour: process.stdout.isTTY && process.stdout.hasColors(),
  columns: process.stdout.isTTY ? process.stdout.columns : 100,
  stdin: async () => (process.stdin.isTTY ? undefined : await text(process.stdin)),
  lines,
  ask,
  signal: end.signal,
})
