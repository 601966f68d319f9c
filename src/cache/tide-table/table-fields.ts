/** Which fields a reading asks for, and what their texts say. */
import { decodeHistory } from '../../tide/history-text.ts'
import { decodeTide } from '../../tide/tide.ts'
import {
  CATALOG_VERSION,
  decodeApplied,
  decodeCatalogVersion,
  decodePrimary,
  FLOOR,
  HISTORY,
  HORIZON,
  nodeField,
  PRIMARY,
  tagField,
} from './fields.ts'
import { decodeMark } from './mark.ts'
import type { Applied, Mark, ReadTable, TableReading } from './tide-table.ts'

export type FieldText = string | null | undefined

export function fieldsToRead({ tags = [], nodes = [] }: ReadTable): string[] {
  return [
    HORIZON,
    FLOOR,
    HISTORY,
    PRIMARY,
    CATALOG_VERSION,
    ...tags.map(tagField),
    ...nodes.map(nodeField),
  ]
}

/** @param texts of the fields of `fieldsToRead(wanted)`, in that order. */
export function toTableReading(
  { tags = [], nodes = [] }: ReadTable,
  texts: readonly FieldText[],
): TableReading {
  const [horizon, floor, history, primary, catalog, ...rest] = texts
  return {
    horizon: optional(horizon, decodeTide),
    floor: optional(floor, decodeMark),
    history: optional(history, decodeHistory),
    primary: optional(primary, decodePrimary),
    catalog: optional(catalog, decodeCatalogVersion),
    tags: named<Mark>(tags, rest, decodeMark),
    applied: named<Applied>(nodes, rest.slice(tags.length), decodeApplied),
  }
}

export function optional<T>(text: FieldText, decode: (text: string) => T): T | undefined {
  return typeof text === 'string' ? decode(text) : undefined
}

function named<T>(
  names: readonly string[],
  texts: readonly FieldText[],
  decode: (text: string) => T,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>()
  for (const [index, name] of names.entries()) {
    const text = texts[index]
    if (typeof text === 'string') found.set(name, decode(text))
  }
  return found
}
