/** Which function, if any, an opening bracket calls. */
import { OPERATION, STRING, WORD } from './cells.ts'
import type { FunctionName } from './names.ts'
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
  if (tokens.symbol(last - 1) === '.') return qualified(tokens, last)
  if (tokens.kind(last) === WORD) {
    const wordClass = tokens.wordClass(last)
    if (wordClass === RESERVED || wordClass === COLUMN_NAME) return undefined
    if (tokens.symbol(last) !== '' && isSyntax(tokens, last, grouping)) return undefined
  }
  return isType(tokens, last) ? undefined : { name: tokens.name(last) }
}

/** The name chain that ends at `last`; a database's name before the schema changes nothing. */
function qualified(tokens: Tokens, last: number): FunctionName | 'unclear' | undefined {
  const schema = last - 2
  if (!tokens.isName(schema)) return 'unclear'
  let first = schema
  while (tokens.symbol(first - 1) === '.') first -= 2
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
  return before === '::' || before === 'as'
}

/** Words that are part of the grammar here although a function may bear their name elsewhere. */
function isSyntax(tokens: Tokens, word: number, grouping: boolean): boolean {
  const before = tokens.symbol(word - 1)
  switch (tokens.symbol(word)) {
    case 'over':
    case 'filter':
      return before === ')'
    case 'by':
      return before === 'group' || before === 'order' || before === 'partition'
    case 'sets':
      return before === 'grouping'
    case 'rollup':
    case 'cube':
      return grouping
    case 'second':
      return before === 'to' || tokens.kind(word - 1) === STRING
    case 'varying':
      return tokens.wordClass(word - 1) === COLUMN_NAME
    case 'zone':
      return before === 'time'
    case 'first':
    case 'next':
      return before === 'fetch'
    case 'operator':
      return true
    case 'columns':
    case 'like':
    case 'ilike':
    case 'similar':
    case 'overlaps':
      return endsOperand(tokens, word - 1)
    default:
      return false
  }
}

/** Whether what stands before an infix keyword can be its left side. */
function endsOperand(tokens: Tokens, index: number): boolean {
  const symbol = tokens.symbol(index)
  if (tokens.kind(index) !== WORD) {
    return symbol === ')' || symbol === ']' || (symbol === '' && tokens.kind(index) !== OPERATION)
  }
  const wordClass = tokens.wordClass(index)
  if (wordClass === FREE || operandWords.has(symbol)) return true
  return wordClass === COLUMN_NAME && symbol !== 'between'
}

const operandWords = new Set(['not', 'end', 'null', 'true', 'false'])
