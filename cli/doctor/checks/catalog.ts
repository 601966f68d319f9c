/** Relations whose answers are never cached, or that a replica cannot answer: by their nature. */
import { type Level, type NodeCheck, some } from '../check.ts'
import { USER_TABLES } from '../user-tables.ts'

interface Gap {
  readonly id: string
  readonly where: string
  readonly level: Level
  readonly found: string
  readonly why: string
  readonly mend: string
}

const gaps: readonly Gap[] = [
  {
    id: 'unlogged-tables',
    where: `t.persistence = 'u'`,
    level: 'warning',
    found: 'unlogged',
    why: 'A standby does not have their rows and refuses to read them: these reads go home. A crash empties them.',
    mend: 'alter table … set logged;',
  },
  {
    id: 'row-security',
    where: 't."rowSecurity"',
    level: 'note',
    found: 'with row-level security',
    why: 'Each user sees other rows, so no answer from them is cached. Replicas do answer.',
    mend: 'Nothing, if it is meant.',
  },
  {
    id: 'foreign-tables',
    where: `t.kind = 'f'`,
    level: 'note',
    found: 'foreign',
    why: 'Their changes are in no WAL here, so no answer from them is cached.',
    mend: 'Nothing, if it is meant.',
  },
  {
    id: 'materialized-views',
    where: `t.kind = 'm'`,
    level: 'note',
    found: 'materialized views',
    why: 'A REFRESH is not decoded, so no answer from them is cached; a subscriber does not get them.',
    mend: 'Keep what is to be cached in a table.',
  },
]

export const catalogGaps: readonly NodeCheck[] = gaps.map(
  ({ id, where, level, found, why, mend }) => ({
    id,
    roles: ['primary'],
    async run(subject) {
      const rows = await subject.ask<{ name: string }>(
        `select t.name from (${USER_TABLES}) t where ${where} order by 1`,
      )
      if (rows.length === 0) return []
      return [{ level, found: `${found}: ${some(rows.map(({ name }) => name))}`, why, mend }]
    },
  }),
)
