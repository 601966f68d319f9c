/** What is said of work that failed, and when a role has changed. The last test changes the world. */
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { DriverError } from '../../../src/drivers/driver-error.ts'
import type { Target } from '../../../src/drivers/driver.ts'
import { failure, notesOf, query, statementRuns, type Trial } from './trial.ts'

export function failureConformance(trial: Trial): void {
  test('messages hold no value of the user', async () => {
    const error = await failure(
      trial.write([query('select $1::int', 'a secret')], undefined, new AbortController().signal),
    )
    expect(error).toMatchObject({ failure: 'sql', sqlState: '22P02', committed: 'no' })
    expect(error.message).not.toContain('secret')
    expect(error.cause).toBeInstanceOf(Error)
  })

  test('a signal that has fired before keeps everything from being sent', async () => {
    const id = trial.newId()
    const fired = AbortSignal.abort()
    const insert = query('insert into note values ($1)', id)
    expect(await failure(trial.write([insert], undefined, fired))).toMatchObject({
      failure: 'aborted',
      committed: 'no',
    })
    expect((await trial.read(trial.primary, notesOf(id))).results[0]?.rows).toEqual([])
  })

  test('a read whose caller gives up fails at once, and its connection is not used again', async () => {
    const controller = new AbortController()
    const error = failure(
      trial.read(trial.geography.standby, `select pg_sleep(60), 'given up'`, {
        signal: controller.signal,
      }),
    )
    await statementRuns(trial.geography.standby, 'given up')
    controller.abort()
    expect(await error).toMatchObject({ failure: 'aborted', committed: 'no' })
    expect((await trial.read(trial.geography.standby, 'select 1')).results[0]?.rows).toEqual([
      ['1'],
    ])
    // The hosted endpoint cancels by itself; ours is not left working for nobody either.
    await trial.geography.standby.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like '%given up%'
       and pid <> pg_backend_pid()`,
    )
  })

  test('of a write whose caller gives up in the middle nobody knows whether it is there', async () => {
    const controller = new AbortController()
    const error = failure(
      trial.write([query(`select pg_sleep(60), 'left alone'`)], undefined, controller.signal),
    )
    const pid = await statementRuns(trial.primary, 'left alone')
    controller.abort()
    expect(await error).toMatchObject({ failure: 'aborted', committed: 'unknown' })
    await trial.primary.query('select pg_terminate_backend($1)', [pid])
  })

  test('of a write whose connection is ended in the middle nobody knows whether it is there', async () => {
    // Words of their own: the backend that was ended first may be seen for a moment still.
    const works = [
      ['cut off alone', undefined],
      ['cut off in a batch', {}],
    ] as const
    for (const [words, transaction] of works) {
      const error = failure(trial.write([query(`select pg_sleep(60), '${words}'`)], transaction))
      const pid = await statementRuns(trial.primary, words)
      await trial.primary.query('select pg_terminate_backend($1)', [pid])
      expect(await error).toMatchObject({ failure: 'unreachable', committed: 'unknown' })
    }
  })

  test('a node that was killed is unreachable, and reached again when it is back', async () => {
    const { standby } = trial.geography
    await trial.read(standby, 'select 1')
    await standby.kill()
    expect(await failure(trial.read(standby, 'select 1'))).toMatchObject({
      failure: 'unreachable',
      committed: 'no',
    })
    await standby.start()
    await until('the standby to answer', async () => {
      return await trial.read(standby, 'select 1').catch((error: unknown) => {
        if (error instanceof DriverError && error.failure === 'unreachable') return undefined
        throw error
      })
    })
  })

  test('a primary that is killed under a write leaves it unknown', async () => {
    const error = failure(trial.write([query(`select pg_sleep(60), 'killed'`)]))
    await statementRuns(trial.primary, 'killed')
    await trial.primary.kill()
    expect(await error).toMatchObject({ failure: 'unreachable', committed: 'unknown' })
    await trial.primary.start()
    await trial.geography.world.databases.caughtUp()
  })

  test('a standby that was promoted answers as the primary of a new timeline', async () => {
    const { world, standby } = trial.geography
    const before = await trial.read(standby, 'select 1')
    await world.primary.kill()
    await world.databases.promote(standby)

    const target: Target = { ...trial.subject.target(standby), role: 'standby' }
    const { driver } = trial.subject
    const { signal } = new AbortController()
    const written = await driver.write(target, {
      queries: [query(`insert into note values (-2, 'new')`)],
      signal,
    })
    const answer = await driver.read(target, { queries: [query(notesOf(-2))], xids: [], signal })

    expect(answer).toMatchObject({ role: 'primary', timeline: 2, results: [{ rows: [['-2']] }] })
    expect(answer.lo).toHaveProperty('xmin')
    // The replayed position has stopped for good; what is told now moves on.
    expect(answer.hi).toSatisfy((hi) => hi > (before.hi ?? 0n))
    expect(written.timeline).toBe(2)
  })
}
