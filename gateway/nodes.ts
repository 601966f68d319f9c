/** The databases that a gateway stands before. Nobody is connected to anything else. */
import type { ClientConfig } from 'pg'

import type { NodeRole } from '../src/drivers/driver.ts'
import { type ConnectionString, parseConnectionString } from './protocol/connection-string.ts'
import { Refusal } from './protocol/refusal.ts'

export interface NodeConfig {
  /** Told in `Tidegate-Node`, in metrics and in logs. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** Whether it is a standby is asked; whether a database that takes writes is a subscriber, only you know. */
  readonly role: NodeRole
  /** The hosts, with or without a port, by which connection strings may name it. */
  readonly hosts: readonly string[]
  /** How the connection to Postgres is encrypted, as `pg` takes it. */
  readonly ssl?: ClientConfig['ssl']
  /** @default where this gateway is */
  readonly region?: string | undefined
}

/** A database behind another gateway: it is asked over HTTP, with the client's own credential. */
export interface FarNode {
  /** As the consumers call it. */
  readonly name: string
  readonly role: NodeRole
  /** @default where this gateway is */
  readonly region?: string | undefined
  /** By which connection strings name it there, with or without a port. */
  readonly host: string
  /** The address of its `/sql`. */
  readonly gateway: string
  /** One of that gateway's `bearerTokens`, where it has any. */
  readonly bearerToken?: string | undefined
}

export class Nodes {
  readonly all: readonly NodeConfig[]
  readonly #byHost = new Map<string, NodeConfig>()

  constructor(nodes: readonly NodeConfig[]) {
    this.all = nodes
    for (const node of nodes) {
      for (const host of node.hosts) this.#byHost.set(host.toLowerCase(), node)
    }
  }

  /** What a header asks for: one of the nodes, and who wants in. */
  find(header: string | undefined): { node: NodeConfig; login: ConnectionString } {
    const login = parseConnectionString(header)
    const hostname = login.host.replace(/:\d*$/, '')
    const node = this.#byHost.get(login.host) ?? this.#byHost.get(hostname)
    if (!node) throw new Refusal(400, 'the host is none that this gateway serves')
    return { node, login }
  }
}

export interface SessionSettings {
  readonly connectTimeoutMs: number
  readonly statementTimeoutMs: number
}

/** Nothing of the connection string but who wants in goes to Postgres. */
export function clientConfig(
  { host, port, role, ssl }: NodeConfig,
  { user, password, database, startup }: ConnectionString,
  { connectTimeoutMs, statementTimeoutMs }: SessionSettings,
): ClientConfig {
  const options = [
    startup['options'],
    // Whoever forgets to ask for a read only transaction must not make a subscriber differ from home.
    role === 'subscriber' ? '-c default_transaction_read_only=on' : undefined,
  ]
  return {
    host,
    port,
    user,
    password,
    database,
    ssl: ssl ?? false,
    application_name: startup['application_name'] ?? 'tidegate',
    options: options.filter(Boolean).join(' '),
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    keepAlive: true,
  }
}
