/** What the answers to writes tell of their commits. */
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { failure, notesOf, query, type Trial } from './trial.ts'

export function writeConformance(trial: Trial): void {
  test('a write alone tells a position or an id by which its commit can be found again', async () => {
    const { standby } = trial.geography
    const { id, commit } = await trial.note()
    if (!commit) throw new Error('it wrote')
    await until('the standby to show it', async () => {
      const xids = 'xid' in commit ? [commit.xid] : []
      const { lo, shown, results } = await trial.read(standby, notesOf(id), { xids })
      const has = 'xid' in commit ? shown.length === 1 : 'lsn' in lo && lo.lsn >= commit.lsn
      // Whenever the answer says that it is there, it is.
      if (has) expect(results[0]?.rows).toHaveLength(1)
      return has
    })
  })

  test('a transaction commits whole, and one that writes nothing has no position', async () => {
    const [first, second] = [trial.newId(), trial.newId()]
    const { results, commit } = await trial.write(
      [
        query('insert into note values ($1)', first),
        query('insert into note values ($1) returning id', second),
      ],
      {},
    )
    expect(results).toMatchObject([
      { command: 'INSERT', rowCount: 1, rows: [] },
      { command: 'INSERT', rowCount: 1, rows: [[String(second)]] },
    ])
    expect(commit).toBeDefined()

    const idle = await trial.write([query('select 1')], { isolationLevel: 'Serializable' })
    expect(idle.results).toHaveLength(1)
    expect(idle.commit).toBeUndefined()
    // But it has seen something.
    expect(idle.seen).toBeGreaterThanOrEqual(await trial.positionOf({ results: [], commit }))
  })

  test('a transaction that fails leaves nothing, and the next one is not affected', async () => {
    const id = trial.newId()
    const insert = query('insert into note values ($1)', id)

    const error = await failure(trial.write([insert, query('select 1 / 0')], {}))
    expect(error).toMatchObject({ failure: 'sql', sqlState: '22012', committed: 'no' })
    expect((await trial.read(trial.primary, notesOf(id))).results[0]?.rows).toEqual([])

    await trial.write([insert], {})
    const twice = await failure(trial.write([insert], {}))
    expect(twice).toMatchObject({ sqlState: '23505', committed: 'no' })
  })

  test('a value that cannot be sent keeps all of its transaction from being sent', async () => {
    const id = trial.newId()
    const circle: Record<string, unknown> = {}
    circle['itself'] = circle
    const insert = query('insert into note values ($1)', id)
    for (const value of [circle, { count: 1n }]) {
      const bad = query('insert into note values ($1, $2)', trial.newId(), value)
      const refusal = { code: 'STATEMENT_REFUSED', committed: 'no' }
      await expect(trial.write([insert, bad], {})).rejects.toMatchObject(refusal)
      await expect(trial.write([bad])).rejects.toMatchObject(refusal)
    }
    expect((await trial.read(trial.primary, notesOf(id))).results[0]?.rows).toEqual([])
  })

  test('a wrong number of parameters is refused by Postgres, and no sign of a lost connection', async () => {
    const few = query('insert into note values ($1, $2)', trial.newId())
    for (const transaction of [undefined, {}]) {
      expect(await failure(trial.write([few], transaction))).toMatchObject({
        failure: 'sql',
        sqlState: '08P01',
        committed: 'no',
      })
    }
  })

  test('a statement that cannot run inside a transaction runs', async () => {
    const { results } = await trial.write([query('vacuum note')])
    expect(results).toMatchObject([{ command: 'VACUUM' }])
  })
}
