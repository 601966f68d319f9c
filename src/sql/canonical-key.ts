/**
 * One spelling for each value of a key. `'042'` and `42` find the same row, and a change of that row
 * is told in the text that PostgreSQL prints: a tag made of anything else would miss it.
 */

const wholeNumber = /^[ \t\n\v\f\r]*([+-]?[0-9]{1,20})[ \t\n\v\f\r]*$/
const uuidForm = /^(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}$/
const truth = /^(?:t|tr|tru|true|y|ye|yes|on|1)$/
const falsehood = /^(?:f|fa|fal|fals|false|n|no|of|off|0)$/
const bits = new Map([
  ['int2', 16],
  ['int4', 32],
  ['int8', 64],
])

/**
 * The text that PostgreSQL prints for a value in a column of this type, named as `pg_type` names it:
 * `int4`, `uuid`. `undefined` where that is not certain: then there is no key, and the answer depends
 * on the whole table. For `text` and `varchar` the column's collation must be deterministic.
 */
export function canonicalKey(
  type: string,
  value: string | number | bigint | boolean,
): string | undefined {
  const size = bits.get(type)
  if (size !== undefined) return canonicalInteger(value, size)
  if (type === 'text' || type === 'varchar') return typeof value === 'string' ? value : undefined
  if (type === 'uuid') return canonicalUuid(String(value).toLowerCase())
  if (type !== 'bool') return undefined
  const word = String(value)
    .toLowerCase()
    .replaceAll(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '')
  if (truth.test(word)) return 't'
  return falsehood.test(word) ? 'f' : undefined
}

function canonicalInteger(
  value: string | number | bigint | boolean,
  size: number,
): string | undefined {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined
  const [, digits] = wholeNumber.exec(String(value)) ?? []
  if (digits === undefined) return undefined
  const number = BigInt(digits.replace('+', ''))
  return BigInt.asIntN(size, number) === number ? String(number) : undefined
}

function canonicalUuid(text: string): string | undefined {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  if (!uuidForm.test(inner)) return undefined
  return inner.replaceAll('-', '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
