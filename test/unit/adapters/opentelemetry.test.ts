import { type Attributes, createNoopMeter, type Meter, SpanStatusCode } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'

import { telemetry } from '../../../src/adapters/opentelemetry.ts'
import { type QueryEvent, TidegateError } from '../../../src/index.ts'

const served: QueryEvent = {
  fingerprint: '0123456789abcdef',
  kind: 'read',
  rule: 'reports',
  tables: ['post', 'author'],
  ms: 250,
  tide: {
    node: 'fra-1',
    region: 'fra',
    role: 'standby',
    source: 'replica',
    reason: 'nearest that may be new enough',
    attempts: [{ node: 'fra-1', outcome: 'served', reason: 'near', ms: 247 }],
    ms: 250,
    waitedMs: 3,
    cache: 'miss',
    position: '1:0/2A',
    stalenessMs: 12,
  },
  error: undefined,
}

const failed: QueryEvent = {
  ...served,
  kind: 'write',
  rule: undefined,
  tide: undefined,
  error: new TidegateError('TIMEOUT', 'It took longer than the 10 ms it was given.', {
    attempts: [{ node: 'iad-1', outcome: 'aborted', reason: 'home', ms: 10 }],
  }),
}

interface Measured {
  readonly name: string
  readonly value: number
  readonly attributes: Attributes
}

function begin() {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const measured: Measured[] = []
  const record = (name: string) => (value: number, attributes: Attributes) => {
    measured.push({ name, value, attributes })
  }
  const meter: Meter = Object.create(createNoopMeter(), {
    createHistogram: { value: (name: string) => ({ record: record(name) }) },
    createCounter: { value: (name: string) => ({ add: record(name) }) },
  })
  const onQuery = telemetry({ tracer: provider.getTracer('test'), meter })
  return { onQuery, exporter, measured }
}

test('a query is a span that began when the query did and tells where it went', () => {
  const { onQuery, exporter } = begin()
  onQuery(served)
  const [span] = exporter.getFinishedSpans()
  expect(span?.name).toBe('read post author')
  const [seconds = 0, nanoseconds = 0] = span?.duration ?? []
  expect(seconds * 1_000 + nanoseconds / 1_000_000).toBeCloseTo(250, 3)
  expect(span?.attributes).toEqual({
    'db.system.name': 'postgresql',
    'db.query.summary': 'read post author',
    'tidegate.fingerprint': '0123456789abcdef',
    'tidegate.rule': 'reports',
    'tidegate.node': 'fra-1',
    'tidegate.region': 'fra',
    'tidegate.role': 'standby',
    'tidegate.source': 'replica',
    'tidegate.reason': 'nearest that may be new enough',
    'tidegate.attempts': 1,
    'tidegate.tried': ['fra-1: served'],
    'tidegate.waited_ms': 3,
    'tidegate.cache': 'miss',
    'tidegate.position': '1:0/2A',
    'tidegate.staleness_ms': 12,
  })
})

test('one that failed says so by its code, and whom it was asked of', () => {
  const { onQuery, exporter } = begin()
  onQuery(failed)
  const [span] = exporter.getFinishedSpans()
  expect(span?.status.code).toBe(SpanStatusCode.ERROR)
  expect(span?.attributes).toMatchObject({
    'error.type': 'TIMEOUT',
    'tidegate.tried': ['iad-1: aborted'],
  })
})

test('both are measured by few attributes, the duration in seconds', () => {
  const { onQuery, measured } = begin()
  onQuery(served)
  onQuery(failed)
  const place = {
    'tidegate.node': 'fra-1',
    'tidegate.region': 'fra',
    'tidegate.role': 'standby',
    'tidegate.source': 'replica',
  }
  const common = { 'db.system.name': 'postgresql' }
  expect(measured).toEqual([
    {
      name: 'db.client.operation.duration',
      value: 0.25,
      attributes: { ...common, 'db.query.summary': 'read post author', ...place },
    },
    { name: 'tidegate.queries', value: 1, attributes: { 'tidegate.kind': 'read', ...place } },
    {
      name: 'db.client.operation.duration',
      value: 0.25,
      attributes: {
        ...common,
        'db.query.summary': 'write post author',
        'error.type': 'TIMEOUT',
      },
    },
    {
      name: 'tidegate.queries',
      value: 1,
      attributes: { 'tidegate.kind': 'write', 'error.type': 'TIMEOUT' },
    },
  ])
})
