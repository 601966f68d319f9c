/** Which function, if any, an opening bracket calls. */
import { OPERATION, STRING, WORD } from './cells.ts'
import type { FunctionName } from './names.ts'
import {
  END_WORD,
  FALSE,
  NOT,
  NULL,
  TRUE,
  AS,
  BETWEEN,
  BY,
  CAST,
  COLUMNS,
  CUBE,
  DOT,
  FETCH,
  FILTER,
  FIRST,
  GROUP,
  GROUPING_WORD,
  ILIKE,
  LIKE,
  NEXT,
  OPERATOR_WORD,
  ORDER,
  OVER,
  OVERLAPS,
  PARTITION,
  ROLLUP,
  ROUND_CLOSE,
  SECOND,
  SETS,
  SIMILAR,
  SQUARE_CLOSE,
  TIME,
  TO,
  VARYING,
  ZONE,
} from './symbols.ts'
import type { Tokens } from './tokens.ts'
import { COLUMN_NAME, FREE, RESERVED } from './word-classes.ts'

/** `undefined` where no function is called by name; `'unclear'` where one may be that has none. */
export function calledFunction(
  tokens: Tokens,
  bracket: number,
  grouping: boolean,
): FunctionName | 'unclear' | undefined {
  const last = bracket - 1
  if (!tokens.isName(last)) return undefined
  if (tokens.symbol(last - 1) === DOT) return qualified(tokens, last)
  if (tokens.kind(last) === WORD) {
    const wordClass = tokens.wordClass(last)
    if (wordClass === RESERVED || wordClass === COLUMN_NAME) return undefined
    if (tokens.symbol(last) !== 0 && isSyntax(tokens, last, grouping)) return undefined
  }
  return isType(tokens, last) ? undefined : { name: tokens.name(last) }
}

/** The name chain that ends at `last`; a database's name before the schema changes nothing. */
function qualified(tokens: Tokens, last: number): FunctionName | 'unclear' | undefined {
  const schema = last - 2
  if (!tokens.isName(schema)) return 'unclear'
  let first = schema
  while (tokens.symbol(first - 1) === DOT) first -= 2
  if (isType(tokens, first)) return undefined
  return nameOf(tokens, schema, last)
}

export function nameOf(tokens: Tokens, schema: number, last: number): FunctionName {
  const name = tokens.name(last)
  const qualifier = tokens.name(schema)
  return qualifier === 'pg_catalog' ? { name } : { schema: qualifier, name }
}

/** After `::`, or in `CAST (x AS`, the bracket holds a type's length: `numeric(10, 2)`. */
function isType(tokens: Tokens, first: number): boolean {
  const before = tokens.symbol(first - 1)
  return before === CAST || before === AS
}

/** Words that are part of the grammar here although a function may bear their name elsewhere. */
function isSyntax(tokens: Tokens, word: number, grouping: boolean): boolean {
  const before = tokens.symbol(word - 1)
  switch (tokens.symbol(word)) {
    case OVER:
    case FILTER:
      return before === ROUND_CLOSE
    case BY:
      return before === GROUP || before === ORDER || before === PARTITION
    case SETS:
      return before === GROUPING_WORD
    case ROLLUP:
    case CUBE:
      return grouping
    case SECOND:
      return before === TO || tokens.kind(word - 1) === STRING
    case VARYING:
      return tokens.wordClass(word - 1) === COLUMN_NAME
    case ZONE:
      return before === TIME
    case FIRST:
    case NEXT:
      return before === FETCH
    case OPERATOR_WORD:
      return true
    case COLUMNS:
    case LIKE:
    case ILIKE:
    case SIMILAR:
    case OVERLAPS:
      return endsOperand(tokens, word - 1)
    default:
      return false
  }
}

/** Whether what stands before an infix keyword can be its left side. */
function endsOperand(tokens: Tokens, index: number): boolean {
  const symbol = tokens.symbol(index)
  if (tokens.kind(index) !== WORD) {
    return (
      symbol === ROUND_CLOSE ||
      symbol === SQUARE_CLOSE ||
      (symbol === 0 && tokens.kind(index) !== OPERATION)
    )
  }
  const wordClass = tokens.wordClass(index)
  if (wordClass === FREE || operandWords.has(symbol)) return true
  return wordClass === COLUMN_NAME && symbol !== BETWEEN
}

const operandWords = new Set([NOT, END_WORD, NULL, TRUE, FALSE])
