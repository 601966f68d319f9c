/** What a check is: a question about one node, one region's Redis, or the configuration. */
import type { Config } from '../config/config.ts'
import type { NodeSubject } from './node-subject.ts'
import type { RedisSubject } from './redis-subject.ts'

/**
 * `problem`: something does not work, or an answer may be lost. `warning`: it works until something
 * else goes wrong. `note`: nothing is wrong, but it is worth knowing.
 */
export type Level = 'problem' | 'warning' | 'note'

export interface Finding {
  readonly level: Level
  /** What is there now. */
  readonly found: string
  /** What comes of it. */
  readonly why: string
  /** SQL or a setting that can be used as it stands, else what to do. */
  readonly mend: string
}

interface CheckOf<Subject> {
  readonly id: string
  readonly run: (subject: Subject) => Promise<readonly Finding[]>
}

type Role = 'primary' | 'standby' | 'subscriber'

export interface NodeCheck extends CheckOf<NodeSubject> {
  /** What the configuration says that it is. */
  readonly roles: readonly Role[]
}

export type RedisCheck = CheckOf<RedisSubject>

export interface WholeSubject {
  readonly config: Config
  /** Those that could be reached. */
  readonly nodes: readonly NodeSubject[]
}

export type WholeCheck = CheckOf<WholeSubject>

export const EVERY_ROLE: readonly Role[] = ['primary', 'standby', 'subscriber']

export function problem(found: string, why: string, mend: string): Finding {
  return { level: 'problem', found, why, mend }
}

export function warning(found: string, why: string, mend: string): Finding {
  return { level: 'warning', found, why, mend }
}

export function note(found: string, why: string, mend: string): Finding {
  return { level: 'note', found, why, mend }
}

/** At most a few names of many. */
export function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}
