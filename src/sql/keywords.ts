/**
 * PostgreSQL's keywords by what else they may be (src/include/parser/kwlist.h). Complete for the
 * reserved, column-name and type-or-function classes, because those decide whether `word (` is a
 * call and whether a word can name a table. Of the unreserved ones only those that a scan asks for.
 *
 * Their order gives them their numbers: `symbols.ts` has those that a scan asks for.
 */
import {
  COMMA,
  FIRST_KEYWORD,
  JOIN,
  OPERATOR_WORD,
  ROUND_CLOSE,
  ROUND_OPEN,
  SQUARE_CLOSE,
  SQUARE_OPEN,
} from './symbols.ts'
import { COLUMN_NAME, FREE, RESERVED, TYPE_OR_FUNCTION } from './word-classes.ts'

const lists = [
  // Unreserved.
  `atomic begin by columns conflict copy cube cycle delete explain filter first insert
  key merge next no operator ordinality over partition recursive repeatable rollup rows search
  second set sets share show truncate update varying zone`,
  // Column names.
  `between grouping time values bigint bit boolean char character coalesce dec
  decimal exists extract float greatest inout int integer interval json json_array json_arrayagg
  json_exists json_object json_objectagg json_query json_scalar json_serialize json_table
  json_value least merge_action national nchar none normalize nullif numeric out overlay position
  precision real row setof smallint substring timestamp treat trim varchar xmlattributes xmlconcat
  xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`,
  // Types or functions. The last is a function that is called without brackets, like the next ones.
  `binary cross full ilike inner is join left like natural outer overlaps
  right similar tablesample verbose authorization collation concurrently freeze isnull notnull
  current_schema`,
  // Reserved: functions that are called without brackets.
  `current_catalog current_date current_role current_time current_timestamp
  current_user localtime localtimestamp session_user system_user user`,
  // Reserved: where one of these stands in an expression, a clause begins.
  `for into union intersect except from where group having window order limit
  offset fetch returning`,
  // The other reserved ones.
  `all analyse analyze and any as case create distinct end false in lateral not
  null on only or select some table then to true using when with array asc asymmetric both cast
  check collate column constraint default deferrable desc do else foreign grant initially leading
  placing primary references symmetric trailing unique variadic`,
]

const SLOTS = 4096
/** Set, it makes a letter lower case; no other character of a name becomes a keyword's by it. */
const CASE_BIT = 32
const slots = new Uint16Array(SLOTS)

/** Where each keyword's letters begin, and after the last one their end. */
const starts: number[] = [0]
const letters: number[] = []
/** For each class, and each kind of reserved words, the number after its last. */
const ends: number[] = []

for (const list of lists) {
  for (const word of list.split(/\s+/)) {
    const codes = Array.from(word, (character) => character.charCodeAt(0) | CASE_BIT)
    const { length } = codes
    let slot = slotOf(length, codes[0] ?? 0, codes[length >> 1] ?? 0, codes[length - 1] ?? 0)
    while (slots[slot] !== 0) slot = (slot + 1) % SLOTS
    slots[slot] = FIRST_KEYWORD + starts.length - 1
    letters.push(...codes)
    starts.push(letters.length)
  }
  ends.push(FIRST_KEYWORD + starts.length - 1)
}
const [endOfFree = 0, endOfColumnNames = 0, endOfTypes = 0, endOfFunctions = 0, endOfClauses = 0] =
  ends

/** Where to look for a word: its length and three of its letters tell nearly all keywords apart. */
function slotOf(length: number, first: number, middle: number, last: number): number {
  const mixed = (first & 31) | ((middle & 31) << 5) | ((last & 31) << 10) | (length << 15)
  return Math.imul(mixed, 0x9e3779b1) >>> 20
}

/** Functions that are called without brackets. */
export function isFunctionWord(symbol: number): boolean {
  return symbol >= endOfTypes - 1 && symbol < endOfFunctions
}

export function symbolClass(symbol: number): number {
  if (symbol < endOfFree) return FREE
  if (symbol < endOfColumnNames) return COLUMN_NAME
  return symbol < endOfTypes ? TYPE_OR_FUNCTION : RESERVED
}

/**
 * Above 0 for symbols that do nothing where an expression stands: most do not, so that one look is
 * enough. For those with 1 that is not so in a join's condition, which a comma and another JOIN end.
 */
export const idle: Uint8Array = new Uint8Array(FIRST_KEYWORD + starts.length).fill(2)
idle.fill(0, endOfTypes - 1, endOfClauses)
for (const active of [ROUND_OPEN, ROUND_CLOSE, SQUARE_OPEN, SQUARE_CLOSE, OPERATOR_WORD]) {
  idle[active] = 0
}
idle[COMMA] = 1
idle[JOIN] = 1

/** The keyword's number, or 0. Compares in place, so that plain names cost no string. */
export function findKeyword(codes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const first = codes[start] ?? 0
  const middle = codes[start + (length >> 1)] ?? 0
  let slot = slotOf(length, first, middle, codes[end - 1] ?? 0)
  for (; ; slot = (slot + 1) % SLOTS) {
    const number = slots[slot] ?? 0
    if (number === 0 || spells(codes, start, length, number - FIRST_KEYWORD)) return number
  }
}

function spells(codes: Uint8Array, start: number, length: number, keyword: number): boolean {
  const spelling = starts[keyword] ?? 0
  if ((starts[keyword + 1] ?? 0) - spelling !== length) return false
  for (let index = 0; index < length; index += 1) {
    if (((codes[start + index] ?? 0) | CASE_BIT) !== letters[spelling + index]) return false
  }
  return true
}
