import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { HealthRecord } from '../../../cdc-consumer/operations/health.ts'
import { readSettings, settingsHelp } from '../../../cdc-consumer/operations/settings.ts'
import { livenessOf } from '../../../cdc-consumer/replication/liveness.ts'
import { parseTimelineHistory } from '../../../cdc-consumer/replication/timeline-history.ts'
import { setupSql, undoSql } from '../../../cdc-consumer/setup/setup-sql.ts'
import { Batch } from '../../../cdc-consumer/sink/batch.ts'
import { joinMarks } from '../../../src/cache/tide-table/mark.ts'
import type { Mark } from '../../../src/cache/tide-table/tide-table.ts'
import { parseLsn, toLsn } from '../../../src/tide/lsn.ts'
import { toXid } from '../../../src/tide/xid.ts'

test('a batch keeps of a tag what the tide table would join', () => {
  const mark = fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.bigInt(1n, 9n), fc.bigInt(1n, 9n))
    .map(([epoch, lsn, xid]): Mark => ({ epoch, lsn: toLsn(lsn), xid: toXid(xid) }))
  fc.assert(
    fc.property(fc.array(mark, { minLength: 1 }), (marks) => {
      // As commits come: their positions ascend.
      const ascending = marks.toSorted((a, b) => a.epoch - b.epoch || Number(a.lsn - b.lsn))
      const batch = new Batch()
      for (const each of ascending) batch.touch('t', each)
      expect(batch.tags.get('t')).toEqual(ascending.reduce(joinMarks))
    }),
  )
})

test('the server hears from us within its timeout, and is asked before it is given up', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 600_000 }),
      fc.option(fc.integer({ min: 1000, max: 600_000 }), { nil: undefined }),
      (timeoutMs, silenceMs) => {
        const { intervalMs, askAfterMs, goneAfterMs } = livenessOf(timeoutMs, silenceMs)
        expect(intervalMs).toBeLessThan(timeoutMs)
        expect(askAfterMs).toBeLessThan(goneAfterMs)
        expect(goneAfterMs).toBe(silenceMs ?? timeoutMs * 2)
      },
    ),
  )
  expect(livenessOf(0).goneAfterMs).toBe(Infinity)
})

test('a history file becomes the epochs that have ended', () => {
  const text = `1\t0/3000148\tno recovery target specified\n\n2\t16/B374D848\tbefore 2026-01-01\n`
  expect(parseTimelineHistory(text, 3)).toEqual({
    current: 3,
    ended: [
      { epoch: 1, endedAt: parseLsn('0/3000148') },
      { epoch: 2, endedAt: parseLsn('16/B374D848') },
    ],
  })
})

const nodes = [{ name: 'iad-1', role: 'primary', url: 'postgresql://u:secret@h/d' }]
const given = { TIDEGATE_NODES: JSON.stringify(nodes), TIDEGATE_REDIS: 'redis://h' }

test('settings come from the environment before the file, and have defaults', () => {
  const settings = readSettings(
    { ...given, TIDEGATE_SLOT: 'mine', TIDEGATE_MAX_ROW_TAGS: '50' },
    { slot: 'theirs', table: 'app', keys: { note: ['owner'] } },
  )
  expect(settings).toMatchObject({
    nodes,
    slot: 'mine',
    table: 'app',
    maxRowTags: 50,
    keys: { note: ['owner'] },
    publication: 'tidegate',
    source: 'auto',
  })
})

test.each([
  [{}, {}, 'nodes'],
  [{ TIDEGATE_NODES: given.TIDEGATE_NODES }, {}, 'redis'],
  [{ ...given, TIDEGATE_NODES: '[{"name":"secret"}]' }, {}, 'nodes'],
  [{ ...given, TIDEGATE_NODES: 'secret' }, {}, 'nodes'],
  [{ ...given, TIDEGATE_HEARTBEAT_MS: 'secret' }, {}, 'heartbeatMs'],
  [{ ...given, TIDEGATE_HEARTBEAT_MS: '-1' }, {}, 'heartbeatMs'],
  [{ ...given, TIDEGATE_SOURCE: 'secret' }, {}, 'source'],
  [given, { keys: { note: 'secret' } }, 'keys'],
  [given, { slott: 'secret' }, 'slott'],
])('a bad setting is refused by its name, without its value (%#)', (environment, file, field) => {
  let message = ''
  try {
    readSettings(environment, file)
  } catch (error) {
    message = error instanceof Error ? error.message : ''
  }
  expect(message).toMatch(new RegExp(`^${field}: expected `))
  expect(message).not.toContain('secret')
})

test('the help names every setting and its variable', () => {
  expect(settingsHelp()).toContain('TIDEGATE_SLOT_GIVE_UP_BYTES')
  expect(settingsHelp()).toContain('slotGiveUpBytes')
})

test('what is set up is undone, and names are quoted', () => {
  const sql = setupSql({ publication: 'it"s', tables: ['public.note'] }).join(';')
  expect(sql).toContain('create publication "it""s" for table tidegate.tide, public.note')
  expect(undoSql({ publication: 'it"s' })).toContain('drop publication if exists "it""s"')
  expect(setupSql({ ddlMessages: false }).join()).not.toContain('event_trigger')
})

test('health is told with its reasons, and is lost when nothing is raised for long', () => {
  let now = 0
  const record = new HealthRecord({ staleAfterMs: 1000, now: () => now })
  expect(record.health).toMatchObject({ live: true, ready: false })

  record.note({
    name: 'streaming',
    source: 'home',
    node: 'iad-1',
    timeline: 1,
    confirmed: toLsn(1n),
  })
  record.note({
    name: 'raised',
    tags: 0,
    transactions: 0,
    rows: 0,
    horizon: undefined,
    confirmed: toLsn(1n),
    floor: undefined,
    floorCauses: [],
    raiseMs: 1,
    delayMs: 1,
  })
  expect(record.health).toEqual({ live: true, ready: true, reasons: [] })

  now = 1001
  expect(record.health).toMatchObject({ ready: false, reasons: [expect.stringContaining('long')] })

  record.note({ name: 'slot-given-up', retainedBytes: 1 })
  expect(record.health).toMatchObject({ live: false, ready: false })
})
