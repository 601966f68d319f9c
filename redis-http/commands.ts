/** What the endpoint lets through: what the cache and the tide table need, and nothing else. */

const ALLOWED = new Set([
  'PING',
  'GET',
  'SET',
  'MGET',
  'DEL',
  'EXISTS',
  'PTTL',
  'TTL',
  'HGET',
  'HMGET',
  'HSET',
  'EVAL',
  'EVALSHA',
])

export type Command = readonly [name: string, ...args: string[]]

/** A command that is not let through is one that Redis does not know. */
export function readCommand(value: unknown): Command | undefined {
  if (!Array.isArray(value)) return undefined
  const words: string[] = []
  for (const word of value) {
    if (typeof word !== 'string' && typeof word !== 'number') return undefined
    words.push(String(word))
  }
  const [name, ...args] = words
  return name && ALLOWED.has(name.toUpperCase()) ? [name, ...args] : undefined
}

export function readCommands(value: unknown): readonly Command[] | undefined {
  if (!Array.isArray(value)) return undefined
  const commands: Command[] = []
  for (const item of value) {
    const command = readCommand(item)
    if (!command) return undefined
    commands.push(command)
  }
  return commands
}
