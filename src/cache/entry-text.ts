/**
 * An entry as text: a line that says what it is, then its rows, compressed where that pays. Whether it
 * holds is judged by the first line; most of the work is in the second part, and left until it is asked.
 */
import { TidegateError } from '../errors.ts'
import { decodeEpoch, encodeEpoch } from '../tide/epoch.ts'
import { fromHex, toHex } from '../tide/hex.ts'
import { decodePosition, encodePosition } from '../tide/position.ts'
import { isXminBound, type Stamp } from '../tide/stamp.ts'
import { decodeXid, encodeXid } from '../tide/xid.ts'
import { deflateText, inflateText } from './compression.ts'
import type { CachedField, CachedResult, Entry, EntryHead } from './entry.ts'

/** Of what is written here. Entries of another form are none. */
const FORM = '1'
const NO_CLOCK = '-'.repeat(16)
/** Smaller text is not worth the work. */
const COMPRESSED_FROM = 8 * 1024
/** What it saves must be worth it too. */
const WORTH = 0.7

export interface StoredEntry {
  readonly head: EntryHead
  result(): CachedResult | Promise<CachedResult>
}

export async function encodeEntry(entry: Entry): Promise<string> {
  const head = encodeHead(entry)
  const { fields, rows, command, rowCount } = entry.result
  const body = JSON.stringify([fields.map(fieldParts), rows, command, rowCount])
  if (body.length >= COMPRESSED_FROM) {
    const small = await deflateText(body)
    if (small.length < body.length * WORTH) return `${head}\nz${small}`
  }
  return `${head}\nj${body}`
}

/** `undefined` if it is not an entry, or one of another version: it is read from Postgres again. */
export function decodeEntry(text: string): StoredEntry | undefined {
  try {
    const end = text.indexOf('\n')
    const head = decodeHead(text.slice(0, end))
    const body = end + 2
    const compressed = text[end + 1] === 'z'
    return (
      head && {
        head,
        result: () => (compressed ? inflateBody(text.slice(body)) : parseBody(text.slice(body))),
      }
    )
  } catch {
    return undefined
  }
}

/** Of fixed width up to the tags: `1`, `lo` with its kind, `hi`, the clock. */
function encodeHead({ lo, hi, at, tags }: EntryHead): string {
  const clock = at === undefined ? NO_CLOCK : toHex(BigInt(Math.floor(at)))
  return FORM + encodeLo(lo) + encodePosition(hi) + clock + JSON.stringify(tags)
}

function decodeHead(text: string): EntryHead | undefined {
  if (!text.startsWith(FORM)) return undefined
  const tags: unknown = JSON.parse(text.slice(66))
  if (!isTexts(tags)) return undefined
  const clock = text.slice(50, 66)
  return {
    lo: decodeLo(text),
    hi: decodePosition(text.slice(26, 50)),
    at: clock === NO_CLOCK ? undefined : Number(fromHex(clock)),
    tags,
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function encodeLo(lo: Stamp['lo']): string {
  return isXminBound(lo)
    ? `x${encodeEpoch(lo.epoch)}${encodeXid(lo.xmin)}`
    : `p${encodePosition(lo)}`
}

function decodeLo(text: string): Stamp['lo'] {
  if (text[1] === 'p') return decodePosition(text.slice(2, 26))
  return { epoch: decodeEpoch(text.slice(2, 10)), xmin: decodeXid(text.slice(10, 26)) }
}

function fieldParts(field: CachedField): readonly (string | number)[] {
  return [
    field.name,
    field.dataTypeID,
    field.tableID,
    field.columnID,
    field.dataTypeSize,
    field.dataTypeModifier,
    field.format,
  ]
}

type FieldParts = readonly [string, number, number, number, number, number, string]
type Body = readonly [readonly FieldParts[], CachedResult['rows'], string, number | null]

async function inflateBody(text: string): Promise<CachedResult> {
  try {
    return parseBody(await inflateText(text))
  } catch (cause) {
    throw unreadable(cause)
  }
}

function parseBody(text: string): CachedResult {
  try {
    // What wrote the head wrote this.
    const parts: Body = JSON.parse(text)
    const [fields, rows, command, rowCount] = parts
    return { fields: fields.map(toField), rows, command, rowCount }
  } catch (cause) {
    throw unreadable(cause)
  }
}

function unreadable(cause: unknown): TidegateError {
  return new TidegateError('STORE_FAILED', 'An entry of the cache cannot be read.', { cause })
}

/** By index: to take an array apart by a pattern goes through its iterator, field by field. */
function toField(parts: FieldParts): CachedField {
  return {
    name: parts[0],
    dataTypeID: parts[1],
    tableID: parts[2],
    columnID: parts[3],
    dataTypeSize: parts[4],
    dataTypeModifier: parts[5],
    format: parts[6],
  }
}
