/**
 * PostgreSQL's keywords by what else they may be (src/include/parser/kwlist.h). Complete for the
 * reserved, column-name and type-or-function classes, because those decide whether `word (` is a
 * call and whether a word can name a table. Of the unreserved ones only those that a scan asks for.
 */
import { FREE, COLUMN_NAME, TYPE_OR_FUNCTION, RESERVED } from './word-classes.ts'

const columnNames = `between bigint bit boolean char character coalesce dec decimal exists extract float
  greatest grouping inout int integer interval json json_array json_arrayagg json_exists json_object
  json_objectagg json_query json_scalar json_serialize json_table json_value least merge_action national
  nchar none normalize nullif numeric out overlay position precision real row setof smallint substring
  time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest
  xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`

const typesOrFunctions = `authorization binary collation concurrently cross current_schema freeze full
  ilike inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose`

const reserved = `all analyse analyze and any array as asc asymmetric both case cast check collate column
  constraint create current_catalog current_date current_role current_time current_timestamp
  current_user default deferrable desc distinct do else end except false fetch for foreign from grant
  group having in initially intersect into lateral leading limit localtime localtimestamp not null
  offset on only or order placing primary references returning select session_user some symmetric
  system_user table then to trailing true union unique user using variadic when where window with`

const free = `abort alter atomic begin by call checkpoint close cluster columns comment commit committed
  conflict copy cube cycle deallocate declare delete discard drop escape execute explain filter first
  function global if import insert isolation key listen load local lock materialized merge move
  no notify of operator ordinality over partition prepare prepared procedure program read reassign
  recursive refresh reindex release repeatable replace reset revoke rollback rollup rows savepoint
  search security serializable set sets share show start stdin stdout temp temporary transaction
  truncate unlisten unlogged update vacuum varying within write zone`

const SLOTS = 4096
/** Set, it makes a letter lower case; no other character of a name becomes a keyword's by it. */
const CASE_BIT = 32
const slots = new Uint16Array(SLOTS)
const names: string[] = ['']
const classes: number[] = [FREE]

/** For each keyword where its codes begin in `spellings`, and after the last one its end. */
const spellingStarts: number[] = [0, 0]
const spellings: number[] = []

/** Where to look for a word: its length and three of its letters tell nearly all keywords apart. */
function slotOf(length: number, first: number, middle: number, last: number): number {
  const letters = (first & 31) | ((middle & 31) << 5) | ((last & 31) << 10)
  const mixed = Math.imul(letters | (length << 15), 0x9e3779b1)
  return mixed >>> 20
}

function add(list: string, keywordClass: number): void {
  for (const word of list.split(/\s+/)) {
    const codes = Array.from(word, (character) => character.charCodeAt(0) | CASE_BIT)
    const { length } = codes
    let slot = slotOf(length, codes[0] ?? 0, codes[length >> 1] ?? 0, codes[length - 1] ?? 0)
    while (slots[slot] !== 0) slot = (slot + 1) % SLOTS
    slots[slot] = names.length
    // As a property's name it becomes the engine's one copy, the same object as a literal's.
    names.push(Object.keys({ [word]: 0 })[0] ?? word)
    classes.push(keywordClass)
    spellings.push(...codes)
    spellingStarts.push(spellings.length)
  }
}

add(columnNames, COLUMN_NAME)
add(typesOrFunctions, TYPE_OR_FUNCTION)
add(reserved, RESERVED)
add(free, FREE)

const letters = Uint8Array.from(spellings)
const starts = Uint16Array.from(spellingStarts)

const markNumbers = new Uint16Array(128)
for (const mark of '()[],;.:*=-') {
  markNumbers[mark.charCodeAt(0)] = names.length
  names.push(mark)
  classes.push(FREE)
}
/** The number of `::`; no other mark of two characters means anything to a scan. */
export const CAST: number = names.length
names.push('::')
classes.push(FREE)

/** The number of a mark or an operator of one character, 0 for those that mean nothing here. */
export function findMark(code: number): number {
  return markNumbers[code] ?? 0
}

const functionWords = `current_catalog current_date current_role current_schema current_time
  current_timestamp current_user localtime localtimestamp session_user system_user user`.split(
  /\s+/,
)
const calling = Uint8Array.from(names, (name) => (functionWords.includes(name) ? 1 : 0))

/** Functions that are called without brackets. */
export function isFunctionWord(symbol: number): boolean {
  return calling[symbol] === 1
}

const active = new Set([
  ...functionWords,
  ...`( ) [ ] operator for into union intersect except from where group having window order limit
  offset fetch returning`.split(/\s+/),
])
/**
 * Above 0 for symbols that do nothing where an expression stands: most do not, so that one look is
 * enough. For those with 1 that is not so in a join's condition, which a comma and another JOIN end.
 */
export const idle: Uint8Array = Uint8Array.from(names, (name) => {
  if (active.has(name)) return 0
  return name === ',' || name === 'join' ? 1 : 2
})

/** The keyword's number, or 0. Compares in place, so that plain names cost no string. */
export function findKeyword(codes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const first = codes[start] ?? 0
  const middle = codes[start + (length >> 1)] ?? 0
  let slot = slotOf(length, first, middle, codes[end - 1] ?? 0)
  for (; ; slot = (slot + 1) % SLOTS) {
    const number = slots[slot] ?? 0
    if (number === 0 || spells(codes, start, length, number)) return number
  }
}

function spells(codes: Uint8Array, start: number, length: number, number: number): boolean {
  const spelling = starts[number] ?? 0
  if ((starts[number + 1] ?? 0) - spelling !== length) return false
  for (let index = 0; index < length; index += 1) {
    if (((codes[start + index] ?? 0) | CASE_BIT) !== letters[spelling + index]) return false
  }
  return true
}

/** The keyword or the mark itself; empty for 0. */
export function symbolName(number: number): string {
  return names[number] ?? ''
}

export function symbolClass(number: number): number {
  return classes[number] ?? FREE
}
