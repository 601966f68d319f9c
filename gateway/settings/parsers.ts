/** From what a file or the environment says to a setting's value. Each throws what it should have been. */
import { readFileSync } from 'node:fs'

import { findRegion } from '../../src/topology/region-names.ts'
import type { NodeConfig } from '../nodes.ts'

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

const NODES = 'a list of { name, host, port, role, hosts }, in the environment as JSON'

export const nodes: Parse<readonly NodeConfig[]> = (value) => {
  const list = typeof value === 'string' ? parseJson(value) : value
  if (!Array.isArray(list) || list.length === 0) throw new TypeError(NODES)
  const all = list.map((each: unknown) => toNode(each))
  const names = new Set(all.map(({ name }) => name))
  if (names.size < all.length) throw new TypeError(`${NODES}, each with a name of its own`)
  const hosts = all.flatMap((node) => node.hosts.map((host) => host.toLowerCase()))
  if (new Set(hosts).size < hosts.length) {
    throw new TypeError(`${NODES}, each with hosts of its own`)
  }
  return all
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new TypeError(NODES)
  }
}

const port = wholeNumber(1, 65_535)
const role = oneOf('primary', 'standby', 'subscriber')
/** It becomes a header. */
const nodeName = /^[\w.-]{1,63}$/

function toNode(value: unknown): NodeConfig {
  if (typeof value !== 'object' || value === null) throw new TypeError(NODES)
  const given = new Map<string, unknown>(Object.entries(value))
  const name = field(given, 'name', text)
  if (!nodeName.test(name)) {
    throw new TypeError(`${NODES}; a name has letters, digits, ".", "_" and "-" only`)
  }
  const host = field(given, 'host', text)
  return {
    name,
    host,
    port: given.has('port') ? field(given, 'port', port) : 5432,
    role: given.has('role') ? field(given, 'role', role) : 'primary',
    hosts: given.has('hosts') ? field(given, 'hosts', texts) : [host],
    ssl: given.has('ssl') ? toSsl(given.get('ssl')) : undefined,
  }
}

function field<T>(given: ReadonlyMap<string, unknown>, name: string, parse: Parse<T>): T {
  try {
    return parse(given.get(name))
  } catch (error) {
    const expected = error instanceof Error ? error.message : ''
    throw new TypeError(`${NODES}; ${name} should be ${expected}`, { cause: error })
  }
}

/** `verify`, or a file of authorities to verify with; unverified encryption has to be asked for by name. */
function toSsl(value: unknown): NodeConfig['ssl'] {
  if (value === undefined || value === 'off') return undefined
  if (value === 'verify') return { rejectUnauthorized: true }
  if (value === 'unverified') return { rejectUnauthorized: false }
  if (typeof value === 'string' && value.startsWith('/')) {
    try {
      return { rejectUnauthorized: true, ca: readFileSync(value, 'utf8') }
    } catch (error) {
      throw new TypeError(`${NODES}; the file of ssl cannot be read`, { cause: error })
    }
  }
  throw new TypeError(`${NODES}; ssl should be off, verify, unverified or a file of authorities`)
}
