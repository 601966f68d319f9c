/**
 * A value as JSON's own type where it has one: what clients get that did not ask for raw text. All that
 * JSON has no exact type for, `int8` and `numeric` among them, stays Postgres' text.
 */

/** Writes Postgres' text of one type as JSON. */
export type WriteValue = (text: string) => string

export function writeString(text: string): string {
  return JSON.stringify(text)
}

function writeBoolean(text: string): string {
  return text === 't' ? 'true' : 'false'
}

function asItIs(text: string): string {
  return text
}

/** `NaN` and `Infinity` are no JSON. */
function writeFloat(text: string): string {
  return Number.isFinite(Number(text)) ? JSON.stringify(Number(text)) : JSON.stringify(text)
}

const scalars: ReadonlyMap<number, WriteValue> = new Map([
  [16, writeBoolean],
  [21, asItIs],
  [23, asItIs],
  [700, writeFloat],
  [701, writeFloat],
  [114, asItIs],
  [3802, asItIs],
])

/** Of the built-in array types what their elements are; `0` stands for all that are written as text. */
const elements: ReadonlyMap<number, number> = new Map([
  [1000, 16],
  [1005, 21],
  [1007, 23],
  [1021, 700],
  [1022, 701],
  [199, 114],
  [3807, 3802],
  // int8, text, varchar, bpchar, name, char, bytea, oid, numeric, uuid
  ...[1016, 1009, 1015, 1014, 1003, 1002, 1001, 1028, 1231, 2951].map(asText),
  // date, timestamp, timestamptz, time, timetz, interval, inet, cidr, macaddr, money, bit, varbit
  ...[1182, 1115, 1185, 1183, 1270, 1187, 1041, 651, 1040, 791, 1561, 1563].map(asText),
])

function asText(oid: number): [number, number] {
  return [oid, 0]
}

export function typedWriter(oid: number): WriteValue {
  const element = elements.get(oid)
  if (element === undefined) return scalars.get(oid) ?? writeString
  const writeElement = scalars.get(element) ?? writeString
  return (text) => writeArray(text, writeElement)
}

/** `[0:1]={1,2}`: the bounds have no place in JSON. */
const bounds = /^(?:\[[-\d]+:[-\d]+\])+=/

/** `{1,NULL,"a\"b",{2}}`; the elements of an array never need another delimiter here than a comma. */
const token = /[{},]|"(?:[^"\\]|\\.)*"|[^{},"]+/gs

function writeArray(text: string, writeElement: WriteValue): string {
  let json = ''
  for (const [part] of text.replace(bounds, '').matchAll(token)) {
    if (part === '{') json += '['
    else if (part === '}') json += ']'
    else if (part === ',') json += ','
    else if (part === 'NULL') json += 'null'
    else json += writeElement(part.startsWith('"') ? unquote(part) : part)
  }
  return json
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
}
