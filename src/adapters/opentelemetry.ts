/**
 * Spans and metrics of OpenTelemetry from what the client tells of each query. They hold names,
 * codes and figures; no text of a statement and no value.
 *
 * @module
 */
import {
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'

import { QueryError } from '../client/errors.ts'
import type { TideMetadata } from '../client/metadata.ts'
import type { QueryEvent } from '../client/query-event.ts'
import type { TidegateError, Tried } from '../errors.ts'

export interface TelemetryOptions {
  /** @default the global provider's, called `tidegate` */
  readonly tracer?: Tracer | undefined
  /** @default the global provider's, called `tidegate` */
  readonly meter?: Meter | undefined
}

interface Instruments {
  readonly duration: Histogram
  readonly queries: Counter
}

/** In seconds, as the conventions for databases have them. */
const BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/**
 * What to give as `onQuery`. A query's span belongs to the span that is active where the query runs.
 *
 * @example
 * const tg = tidegate({ primary, replicas, onQuery: telemetry() })
 */
export function telemetry({ tracer, meter }: TelemetryOptions = {}): (event: QueryEvent) => void {
  const spans = tracer ?? trace.getTracer('tidegate')
  let instruments: Instruments | undefined

  return function record(event) {
    // Not before the first query: the app may register its meter provider after it has made the client.
    instruments ??= createInstruments(meter ?? metrics.getMeter('tidegate'))
    const { ms, tide, error } = event
    const summary = [event.kind, ...event.tables].join(' ')
    const common = {
      'db.system.name': 'postgresql',
      'db.query.summary': summary,
      ...(error && failure(error)),
      ...(tide && place(tide)),
    }
    const endTime = Date.now()
    const span = spans.startSpan(summary, {
      kind: SpanKind.CLIENT,
      startTime: endTime - ms,
      attributes: {
        ...common,
        'tidegate.fingerprint': event.fingerprint,
        ...(event.rule !== undefined && { 'tidegate.rule': event.rule }),
        ...tried(tide?.attempts ?? error?.attempts ?? []),
        ...(tide && journey(tide)),
      },
    })
    // Our messages are safe to show; those of the cause may hold values.
    if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    span.end(endTime)
    instruments.duration.record(ms / 1_000, common)
    instruments.queries.add(1, {
      'tidegate.kind': event.kind,
      ...(error && failure(error)),
      ...(tide && place(tide)),
    })
  }
}

function createInstruments(meter: Meter): Instruments {
  return {
    duration: meter.createHistogram('db.client.operation.duration', {
      description: 'How long a query took, whoever answered it.',
      unit: 's',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    }),
    queries: meter.createCounter('tidegate.queries', {
      description: 'Queries by the place that answered them.',
      unit: '{query}',
    }),
  }
}

/** Few values each: fit for metrics. */
function place({ node, region, role, source }: TideMetadata): Attributes {
  return {
    'tidegate.node': node,
    'tidegate.region': region,
    'tidegate.source': source,
    ...(role !== undefined && { 'tidegate.role': role }),
  }
}

/** Whom it was asked of, also in vain. */
function tried(attempts: readonly Tried[]): Attributes {
  return {
    'tidegate.attempts': attempts.length,
    'tidegate.tried': attempts.map(({ node, outcome }) => `${node}: ${outcome}`),
  }
}

/** How it came to be answered there. */
function journey(tide: TideMetadata): Attributes {
  const { reason, waitedMs, cache, position, stalenessMs } = tide
  return {
    'tidegate.reason': reason,
    'tidegate.waited_ms': waitedMs,
    ...(cache !== undefined && { 'tidegate.cache': cache }),
    ...(position !== undefined && { 'tidegate.position': position }),
    ...(stalenessMs !== undefined && { 'tidegate.staleness_ms': stalenessMs }),
  }
}

function failure(error: TidegateError): Attributes {
  return error instanceof QueryError
    ? { 'error.type': error.sqlState, 'db.response.status_code': error.sqlState }
    : { 'error.type': error.code }
}
