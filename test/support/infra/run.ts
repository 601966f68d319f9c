/** Runs a checker and gives what it said, whether it was content or not. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Ran {
  readonly code: number
  /** Standard output and errors. */
  readonly said: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = process.env }: RunOptions = {},
): Promise<Ran> {
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  const [code, out, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code, said: out + errors }
}
