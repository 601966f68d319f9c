/**
 * By what an answer is found again: the exact text, the parameters with their types, and whatever else
 * an answer depends on. Stores know it by its SHA-256, so no value of a parameter leaves the process.
 */

export interface KeyParts {
  readonly text: string
  readonly params: readonly unknown[]
  readonly database: string
  /** Another role may be shown other rows. */
  readonly role: string
  /** What else the caller knows an answer to depend on: a tenant, a time zone, a search path. */
  readonly vary?: readonly string[] | undefined
}

export interface CacheKey {
  /** All of it, values too: for this process alone. Stores are given its SHA-256. */
  readonly text: string
}

/** `undefined` where a parameter has a form whose meaning only a driver knows. */
export function cacheKey({
  text,
  params,
  database,
  role,
  vary = [],
}: KeyParts): CacheKey | undefined {
  const values = params.map(typed)
  if (values.includes(undefined)) return undefined
  return { text: JSON.stringify([text, values, database, role, vary]) }
}

/** Hex digits, by what every platform has. */
export async function sha256({ text }: CacheKey): Promise<string> {
  const bytes = new TextEncoder().encode(text)
  return toHexDigits(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** A letter for its type and its text: 1 and '1' may be encoded in the same way, but need not be. */
function typed(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return `s${value}`
    case 'number':
      return `n${Object.is(value, -0) ? '-0' : value}`
    case 'bigint':
      return `i${value}`
    case 'boolean':
      return `b${value}`
    case 'undefined':
      return 'z'
    case 'object':
      return typedObject(value)
    case 'symbol':
    case 'function':
      return undefined
  }
}

function typedObject(value: object | null): string | undefined {
  if (value === null) return 'z'
  if (value instanceof Date) return `d${value.getTime()}`
  if (value instanceof Uint8Array) return `x${toHexDigits(value)}`
  if (Array.isArray(value)) {
    const items = value.map(typed)
    return items.includes(undefined) ? undefined : `a${JSON.stringify(items)}`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === Object.prototype || prototype === null
  // Drivers write such an object as it says itself.
  if (!isPlain || 'toPostgres' in value || 'toJSON' in value) return undefined
  try {
    return `j${JSON.stringify(value)}`
  } catch {
    // It holds itself, or a bigint: no driver writes it either.
    return undefined
  }
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function toHexDigits(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += digits[byte]
  return hex
}
