/** What the stack is told, checked before anything is made. */
import { existsSync } from 'node:fs'

import pulumi, { type Output } from '@pulumi/pulumi'

export interface Region {
  /** AWS' name of it, which Neon and Upstash go by as well. */
  readonly name: string
  /** Tidegate's: the code of an airport, such as fra. Nodes and slots are named by it. */
  readonly code: string
  /** Of all but the first, which is home. On Neon another region is fed logically. */
  readonly role: 'standby' | 'subscriber'
}

export interface Settings {
  /** Home first. */
  readonly regions: readonly [Region, ...Region[]]
  readonly accountId: string
  readonly zoneId: string
  /** The Worker's. */
  readonly hostname: string
  /** The bundle that `wrangler deploy --dry-run --outdir` has made. */
  readonly worker: string
  /** Connection strings by code: not pooled ones, consumers replicate by them. */
  readonly urls: Output<Record<string, string>>
}

export function readSettings(): Settings {
  const config = new pulumi.Config('tidegate-neon')
  const given = config.requireObject<unknown>('regions')
  const list: readonly unknown[] = Array.isArray(given) ? given : []
  const [home, ...others] = list.map(toRegion)
  if (!home) throw refusal('regions', 'a list, home first')
  const worker = config.require('worker')
  if (!existsSync(worker)) throw refusal('worker', 'a file that is there')
  return {
    regions: [home, ...others],
    accountId: config.require('accountId'),
    zoneId: config.require('zoneId'),
    hostname: config.require('hostname'),
    worker,
    urls: config.requireSecretObject<Record<string, string>>('urls'),
  }
}

function toRegion(given: unknown, at: number): Region {
  const field = `regions[${at}]`
  if (typeof given !== 'object' || given === null) throw refusal(field, 'an object')
  const known = new Map<string, unknown>(Object.entries(given))
  const name = known.get('name')
  if (typeof name !== 'string' || !/^[a-z]{2}-[a-z]+-\d$/.test(name)) {
    throw refusal(`${field}.name`, 'a region of AWS, such as eu-central-1')
  }
  const code = known.get('code')
  if (typeof code !== 'string' || !/^[a-z]{3}$/.test(code)) {
    throw refusal(`${field}.code`, 'the code of an airport there, such as fra')
  }
  const role = known.get('role') ?? 'subscriber'
  if (role !== 'standby' && role !== 'subscriber') {
    throw refusal(`${field}.role`, 'standby or subscriber')
  }
  return { name, code, role }
}

function refusal(field: string, expected: string): Error {
  return new pulumi.RunError(`${field}: expected ${expected}.`)
}
