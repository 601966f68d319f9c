/**
 * An entry as text: a line that says what it is, then its rows, compressed where that pays. Whether it
 * holds is judged by the first line; most of the work is in the second part, and left until it is asked.
 */
import { TidegateError } from '../errors.ts'
import { decodeEpoch, encodeEpoch } from '../tide/epoch.ts'
import { decodePosition, encodePosition } from '../tide/position.ts'
import { isXminBound, type Stamp } from '../tide/stamp.ts'
import { decodeXid, encodeXid } from '../tide/xid.ts'
import { deflateText, inflateText } from './compression.ts'
import type { CachedField, CachedResult, Entry, EntryHead } from './entry.ts'

const FORM = 1
/** Smaller text is not worth the work. */
const COMPRESSED_FROM = 8 * 1024
/** What it saves must be worth it too. */
const WORTH = 0.7

export interface StoredEntry {
  readonly head: EntryHead
  result(): Promise<CachedResult>
}

export async function encodeEntry({ lo, hi, at, tags, result }: Entry): Promise<string> {
  const head = JSON.stringify([FORM, encodeLo(lo), encodePosition(hi), at ?? null, tags])
  const { fields, rows, command, rowCount } = result
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
    const head = decodeHead(JSON.parse(text.slice(0, end)))
    return head && { head, result: async () => await decodeBody(text, end + 1) }
  } catch {
    return undefined
  }
}

function decodeHead(parts: unknown): EntryHead | undefined {
  if (!Array.isArray(parts)) return undefined
  const [form, lo, hi, at, tags]: unknown[] = parts
  if (form !== FORM || typeof lo !== 'string' || typeof hi !== 'string') return undefined
  if (!isTexts(tags)) return undefined
  return {
    lo: decodeLo(lo),
    hi: decodePosition(hi),
    at: typeof at === 'number' ? at : undefined,
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
  if (text.startsWith('p')) return decodePosition(text.slice(1))
  return { epoch: decodeEpoch(text.slice(1, 9)), xmin: decodeXid(text.slice(9)) }
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

async function decodeBody(text: string, from: number): Promise<CachedResult> {
  try {
    const body = text.slice(from + 1)
    // What wrote the head wrote this.
    const parts: Body = JSON.parse(text[from] === 'z' ? await inflateText(body) : body)
    const [fields, rows, command, rowCount] = parts
    return { fields: fields.map(toField), rows, command, rowCount }
  } catch (cause) {
    throw new TidegateError('STORE_FAILED', 'An entry of the cache cannot be read.', { cause })
  }
}

function toField([
  name,
  dataTypeID,
  tableID,
  columnID,
  dataTypeSize,
  dataTypeModifier,
  format,
]: FieldParts): CachedField {
  return { name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier, format }
}
