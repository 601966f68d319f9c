/** What may stand in `tidegate.config.ts`. */
import type { SqlPolicyOptions } from '../../src/sql/index.ts'
import type { NodeOptions, ReplicaOptions } from '../../src/topology/configuration.ts'

/** The variable that holds it. */
export interface SecretOptions {
  readonly env: string
}

export interface ConfigNode extends Omit<NodeOptions, 'url' | 'bearerToken'> {
  /** Where the connection string is: `{ env: 'DATABASE_URL' }`. */
  readonly url: SecretOptions
}

export interface ConfigReplica extends Omit<ReplicaOptions, 'url' | 'bearerToken'> {
  readonly url: SecretOptions
}

export interface TidegateConfig extends SqlPolicyOptions {
  readonly primary: ConfigNode
  /** @default [] */
  readonly replicas?: readonly ConfigReplica[] | undefined
  /** Each region's Redis, redis:// or rediss://, by the region's name. @default none */
  readonly redis?: Readonly<Record<string, SecretOptions>> | undefined
  /** The name of this database's tide table. @default 'main' */
  readonly table?: string | undefined
  /** @default 'tidegate' */
  readonly publication?: string | undefined
  /** What to publish, as SQL has it: `schema.table`. @default all tables */
  readonly tables?: readonly string[] | undefined
  /** Have an event trigger tell of DDL: needs a superuser once. @default true */
  readonly ddlMessages?: boolean | undefined
  /** Columns besides primary keys by which rows are tagged. */
  readonly keys?: Readonly<Record<string, readonly string[]>> | undefined
  /** Where statements find names without a schema. @default the database's own */
  readonly searchPath?: readonly string[] | undefined
  /** What signs session tokens. */
  readonly tokenKeys?: readonly SecretOptions[] | undefined
  /** A replica that lags more is not asked. @default { ms: 30_000 } */
  readonly maxLag?: { readonly ms?: number; readonly bytes?: number } | undefined
  /** More settings of the consumers, as `tidegate consumer --help` names them. */
  readonly consumer?: Readonly<Record<string, unknown>> | undefined
  /** More settings of the gateways, as `tidegate gateway --help` names them. */
  readonly gateway?: Readonly<Record<string, unknown>> | undefined
  /** What clients present to the gateways. */
  readonly gatewayTokens?: readonly SecretOptions[] | undefined
  /** The page that `tidegate agent` serves. @default none */
  readonly dashboard?: DashboardOptions | undefined
}

export interface DashboardOptions {
  /** Where to listen, as `host:port`. @default '127.0.0.1:4300' */
  readonly listen?: string | undefined
  /** Who has it may look: at least 24 characters. */
  readonly token: SecretOptions
  /** By which names browsers ask for it, besides this machine's own: `tides.example`. @default none */
  readonly names?: readonly string[] | undefined
}

/** Has the editor check the configuration. */
export function defineConfig(config: TidegateConfig): TidegateConfig {
  return config
}
