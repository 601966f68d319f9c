/**
 * Where the behaviour of the SDK is tried: a world with its faults, behind calls that can be made from
 * any runtime. Nothing here knows of Node.
 */
import type { NodeOptions } from '../../src/topology/configuration.ts'

export type Replica = 'fra' | 'lhr'
export type Place = Pick<NodeOptions, 'url' | 'endpoint' | 'gateway'>
export type Places = Readonly<Record<'iad' | Replica, Place>>

export interface SdkStage {
  /** Before a test: connections of its own, and where each node is by them. */
  open(): Promise<Places>
  /** After it: the connections end, and replicas go on and catch up. */
  close(): Promise<void>
  pauseReplay(replica: Replica): Promise<void>
  /** Waits until it shows all that is committed now. */
  reached(replica: Replica): Promise<void>
  caughtUp(): Promise<void>
  freezePrimary(): Promise<void>
  thawPrimary(): Promise<void>
  /** Asked of the primary, past the SDK. */
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  end(): Promise<void>
}
