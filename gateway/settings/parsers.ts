/** From what a file or the environment says to a setting's value. Each throws what it should have been. */
import { readFileSync } from 'node:fs'

import { findRegion } from '../../src/topology/region-names.ts'
import type { FarNode, NodeConfig } from '../nodes.ts'

/** Throws an error whose message completes «… should be». */
export type Parse<T> = (value: unknown) => T

export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): Parse<number> {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number)) {
      if (number >= least && number <= most) return number
    }
    throw new TypeError(`a whole number ${range}`)
  }
}

export function oneOf<const T extends string>(...choices: readonly T[]): Parse<T> {
  return (value) => {
    const choice = choices.find((each) => each === value)
    if (choice === undefined) throw new TypeError(`one of ${choices.join(', ')}`)
    return choice
  }
}

export const text: Parse<string> = (value) => {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError('a text')
}

export const yesOrNo: Parse<boolean> = (value) => {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new TypeError('true or false')
}

/** Of one of these schemes; what it says is not repeated, it may hold a secret. */
export function url(...schemes: readonly string[]): Parse<string> {
  return (value) => {
    const parsed = typeof value === 'string' ? URL.parse(value) : null
    if (typeof value === 'string' && parsed && schemes.includes(parsed.protocol)) return value
    throw new TypeError(`an address that begins with ${schemes.join('// or ')}//`)
  }
}

export const region: Parse<string> = (value) => {
  if (typeof value === 'string' && findRegion(value) !== undefined) return value
  throw new TypeError("an airport's code or a cloud's region")
}

/** A list, or texts with commas between them. */
export const texts: Parse<readonly string[]> = (value) => {
  const list = typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value
  if (Array.isArray(list) && list.every((each) => typeof each === 'string' && each !== '')) {
    return list
  }
  throw new TypeError('a list of texts, or texts separated by commas')
}

/** Short ones can be guessed. */
export function secrets(leastLength: number): Parse<readonly string[]> {
  return (value) => {
    const list = texts(value)
    if (list.every((each) => each.length >= leastLength && !/\s/.test(each))) return list
    throw new TypeError(`a list of texts of at least ${leastLength} characters without blanks`)
  }
}

const NODES = 'a list of { name, host, port, role, hosts, ssl, region }, in the environment as JSON'
const ELSEWHERE = 'a list of { name, role, region, host, gateway }, in the environment as JSON'

export const nodes: Parse<readonly NodeConfig[]> = (value) => {
  const all = listOf(NODES, value).map((given) => toNode(new Fields(given, NODES)))
  if (all.length === 0) throw new TypeError(NODES)
  checkNames(all, NODES)
  const hosts = all.flatMap((node) => node.hosts.map((host) => host.toLowerCase()))
  if (new Set(hosts).size < hosts.length) {
    throw new TypeError(`${NODES}, each with hosts of its own`)
  }
  return all
}

export const farNodes: Parse<readonly FarNode[]> = (value) => {
  const all = listOf(ELSEWHERE, value).map((given) => toFarNode(new Fields(given, ELSEWHERE)))
  checkNames(all, ELSEWHERE)
  return all
}

function listOf(expected: string, value: unknown): readonly object[] {
  const list = typeof value === 'string' ? parseJson(value) : value
  if (!Array.isArray(list) || !list.every(isObject)) throw new TypeError(expected)
  return list
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function checkNames(all: readonly { readonly name: string }[], expected: string): void {
  const names = new Set(all.map(({ name }) => name))
  if (names.size < all.length) throw new TypeError(`${expected}, each with a name of its own`)
}

/** Of one node, each refused by its name. */
class Fields {
  readonly #given: ReadonlyMap<string, unknown>
  readonly #expected: string

  constructor(given: object, expected: string) {
    this.#given = new Map<string, unknown>(Object.entries(given))
    this.#expected = expected
  }

  optional<T, Fallback>(name: string, parse: Parse<T>, fallback: Fallback): T | Fallback {
    return this.#given.get(name) === undefined ? fallback : this.get(name, parse)
  }

  get<T>(name: string, parse: Parse<T>): T {
    try {
      return parse(this.#given.get(name))
    } catch (error) {
      const expected = error instanceof Error ? error.message : ''
      throw new TypeError(`${this.#expected}; ${name} should be ${expected}`, { cause: error })
    }
  }
}

const port = wholeNumber(1, 65_535)
const role = oneOf('primary', 'standby', 'subscriber')

const nodeName: Parse<string> = (value) => {
  const name = text(value)
  // It becomes a header.
  if (/^[\w.-]{1,63}$/.test(name)) return name
  throw new TypeError('of letters, digits, ".", "_" and "-" only')
}

function toNode(fields: Fields): NodeConfig {
  const host = fields.get('host', text)
  return {
    name: fields.get('name', nodeName),
    host,
    port: fields.optional('port', port, 5432),
    role: fields.optional('role', role, 'primary' as const),
    hosts: fields.optional('hosts', texts, [host]),
    ssl: fields.optional('ssl', ssl, undefined),
    region: fields.optional('region', region, undefined),
  }
}

function toFarNode(fields: Fields): FarNode {
  return {
    name: fields.get('name', nodeName),
    role: fields.get('role', role),
    region: fields.optional('region', region, undefined),
    host: fields.get('host', text),
    gateway: fields.get('gateway', url('http:', 'https:')),
    bearerToken: fields.optional('bearerToken', text, undefined),
  }
}

/** `verify`, or a file of authorities to verify with; unverified encryption has to be asked for by name. */
const ssl: Parse<NodeConfig['ssl']> = (value) => {
  if (value === 'off') return undefined
  if (value === 'verify') return { rejectUnauthorized: true }
  if (value === 'unverified') return { rejectUnauthorized: false }
  if (typeof value === 'string' && value.startsWith('/')) {
    try {
      return { rejectUnauthorized: true, ca: readFileSync(value, 'utf8') }
    } catch (error) {
      throw new TypeError('a file that can be read', { cause: error })
    }
  }
  throw new TypeError('off, verify, unverified or a file of authorities')
}
