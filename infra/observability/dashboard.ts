/**
 * The dashboard, in the types of Grafana's own schema: from top to bottom in the order in which one asks
 * when something is wrong. `npm run generate:dashboard` writes dashboard.json from it.
 */
import { BigValueTextMode } from '@grafana/grafana-foundation-sdk/common'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }
/** Of 24. */
const HALF = 12
const THIRD = 8
const SIXTH = 4

interface Series {
  readonly expr: string
  readonly legend: string
}

interface Chart {
  readonly title: string
  readonly description: string
  readonly unit: string
  readonly series: readonly Series[]
  /** Where it begins to matter; the alert of that name has the same figure. */
  readonly limit?: number
  readonly max?: number
  readonly span?: number
}

interface Figure extends Omit<Chart, 'series' | 'span' | 'max'> {
  readonly expr: string
  /** Shown instead of the value. */
  readonly name?: string
}

export function tidegateDashboard(): Dashboard {
  const board = new DashboardBuilder('Tidegate')
    .uid('tidegate')
    .tags(['tidegate', 'postgres'])
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Source').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('region')
        .label('Region')
        .datasource(DATASOURCE)
        .query('label_values(tidegate_horizon_age_seconds, region)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.*'),
    )
  for (const [title, panels] of rows) {
    board.withRow(new RowBuilder(title))
    for (const panel of panels) board.withPanel(panel)
  }
  return board.build()
}

function query({ expr, legend }: Series, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).refId(refId).datasource(DATASOURCE)
}

function thresholds(limit: number | undefined): ThresholdsConfigBuilder {
  const steps = [{ value: null, color: 'green' }]
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(limit === undefined ? steps : [...steps, { value: limit, color: 'red' }])
}

function chart(given: Chart): TimeseriesBuilder {
  const { title, description, unit, series, limit, max, span = HALF } = given
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .span(span)
    .height(8)
    .thresholds(thresholds(limit))
  if (max !== undefined) panel.max(max)
  for (const [index, each] of series.entries()) {
    panel.withTarget(query(each, String.fromCodePoint(65 + index)))
  }
  return panel
}

function figure({ title, description, unit, expr, name, limit }: Figure): StatBuilder {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(SIXTH)
    .height(4)
    .thresholds(thresholds(limit))
    .textMode(name === undefined ? BigValueTextMode.Value : BigValueTextMode.Name)
    .withTarget(query({ expr, legend: name ?? '' }, 'A'))
}

const here = 'region=~"$region"'
const rate = '$__rate_interval'

const rows: readonly (readonly [string, readonly (TimeseriesBuilder | StatBuilder)[]])[] = [
  [
    'Is it well?',
    [
      figure({
        title: 'Oldest horizon',
        description: 'How far the furthest tide table is behind home. Beats come every 250 ms.',
        unit: 's',
        expr: `max(tidegate_horizon_age_seconds{${here}})`,
        limit: 10,
      }),
      figure({
        title: 'Furthest node',
        description: 'How old what a replica shows is, at the 99th percentile.',
        unit: 's',
        expr: `max(histogram_quantile(0.99, sum by (node, le) (rate(tidegate_node_lag_bucket{${here}}[${rate}]))))`,
        limit: 5,
      }),
      figure({
        title: 'Reads on the primary',
        description: 'Of the reads that came to gateways outside the home region.',
        unit: 'percentunit',
        expr: `(sum(rate(tidegate_gateway_reads_total{source="primary", ${here}}[5m]) unless on (region) max by (region) (tidegate_gateway_home) == 1) or vector(0)) / sum(rate(tidegate_gateway_reads_total{${here}}[5m]) unless on (region) max by (region) (tidegate_gateway_home) == 1)`,
        limit: 0.2,
      }),
      figure({
        title: 'Most WAL for a slot',
        description: 'What a server keeps because a consumer has not read it yet.',
        unit: 'bytes',
        expr: `max(tidegate_slot_retained_bytes{${here}})`,
        limit: 1024 ** 3,
      }),
      figure({
        title: 'Beating',
        description: 'Which region’s consumer beats for all. One always should.',
        unit: 'short',
        expr: 'tidegate_leading == 1',
        name: '{{region}}',
      }),
      figure({
        title: 'Sessions that lost writes',
        description: 'Requests in the last day whose writes went down with a former primary.',
        unit: 'short',
        expr: `sum(increase(tidegate_gateway_lost_writes_total{${here}}[1d]))`,
        limit: 1,
      }),
    ],
  ],
  [
    'The tide',
    [
      chart({
        title: 'Horizon’s age',
        description:
          'Every commit up to the horizon has had its tags raised. Standing still, it ages.',
        unit: 's',
        limit: 10,
        series: [{ expr: `tidegate_horizon_age_seconds{${here}}`, legend: '{{region}}' }],
      }),
      chart({
        title: 'From a commit’s arrival to its raise',
        description: 'In the consumer. The raise alone is a round trip to Redis.',
        unit: 's',
        series: [
          {
            expr: `histogram_quantile(0.99, sum by (region, le) (rate(tidegate_delay_seconds_bucket{${here}}[${rate}])))`,
            legend: '{{region}} p99',
          },
          {
            expr: `histogram_quantile(0.99, sum by (region, le) (rate(tidegate_raise_seconds_bucket{${here}}[${rate}])))`,
            legend: '{{region}} raise p99',
          },
        ],
      }),
      chart({
        title: 'Nodes behind home, in time',
        description: '99th percentile of how old what a node shows is.',
        unit: 's',
        limit: 5,
        series: [
          {
            expr: `histogram_quantile(0.99, sum by (region, node, le) (rate(tidegate_node_lag_bucket{${here}}[${rate}])))`,
            legend: '{{node}} from {{region}}',
          },
        ],
      }),
      chart({
        title: 'Nodes behind home, in WAL',
        description: 'Where home is idle, time tells nothing.',
        unit: 'bytes',
        limit: 256 * 1024 ** 2,
        series: [{ expr: `tidegate_node_lag_bytes{${here}}`, legend: '{{node}} from {{region}}' }],
      }),
    ],
  ],
  [
    'Reads',
    [
      chart({
        title: 'Reads by who answered',
        description: 'Of gateways with read-through. Those of the SDK at the edge: its own events.',
        unit: 'reqps',
        series: [
          {
            expr: `sum by (region, source) (rate(tidegate_gateway_reads_total{${here}}[${rate}]))`,
            legend: '{{region}} {{source}}',
          },
        ],
      }),
      chart({
        title: 'Share on the primary',
        description: 'High outside home: replicas or the cache are not fresh enough, or away.',
        unit: 'percentunit',
        limit: 0.2,
        max: 1,
        series: [
          {
            expr: `sum by (region) (rate(tidegate_gateway_reads_total{source="primary", ${here}}[${rate}])) / sum by (region) (rate(tidegate_gateway_reads_total{${here}}[${rate}]))`,
            legend: '{{region}}',
          },
        ],
      }),
      chart({
        title: 'Requests by status',
        description: 'Answers to POST /sql.',
        unit: 'reqps',
        span: THIRD,
        series: [
          {
            expr: `sum by (region, status) (rate(tidegate_gateway_requests_total{${here}}[${rate}]))`,
            legend: '{{region}} {{status}}',
          },
        ],
      }),
      chart({
        title: 'Time to answer',
        description: 'From the head of a request to its answer.',
        unit: 's',
        span: THIRD,
        series: [
          {
            expr: `histogram_quantile(0.5, sum by (region, le) (rate(tidegate_gateway_request_seconds_bucket{${here}}[${rate}])))`,
            legend: '{{region}} p50',
          },
          {
            expr: `histogram_quantile(0.99, sum by (region, le) (rate(tidegate_gateway_request_seconds_bucket{${here}}[${rate}])))`,
            legend: '{{region}} p99',
          },
        ],
      }),
      chart({
        title: 'Of which nothing ran',
        description: 'Behind, overloaded, unreachable: safe to go elsewhere.',
        unit: 'reqps',
        span: THIRD,
        series: [
          {
            expr: `sum by (region, outcome) (rate(tidegate_gateway_not_run_total{${here}}[${rate}]))`,
            legend: '{{region}} {{outcome}}',
          },
        ],
      }),
      chart({
        title: 'Connections to Postgres',
        description: 'Waiting: requests for which there is none.',
        unit: 'short',
        series: [
          { expr: `tidegate_gateway_connections{${here}}`, legend: '{{region}} open' },
          { expr: `tidegate_gateway_waiting{${here}}`, legend: '{{region}} waiting' },
        ],
      }),
      chart({
        title: 'Breakers opened',
        description: 'A node failed so often in a row that it was left alone for a while.',
        unit: 'short',
        series: [
          {
            expr: `sum by (region, node) (increase(tidegate_gateway_breaker_opens_total{${here}}[${rate}]))`,
            legend: '{{node}} from {{region}}',
          },
        ],
      }),
    ],
  ],
  [
    'Consumer and slot',
    [
      chart({
        title: 'WAL kept for the slot',
        description: 'It grows while nobody reads.',
        unit: 'bytes',
        limit: 1024 ** 3,
        span: THIRD,
        series: [{ expr: `tidegate_slot_retained_bytes{${here}}`, legend: '{{region}}' }],
      }),
      chart({
        title: 'Time until the slot is given up',
        description: 'At the pace of the last half hour. Nothing is shown while it does not grow.',
        unit: 's',
        span: THIRD,
        series: [
          {
            expr: `tidegate_slot_room_bytes{${here}} / (-deriv(tidegate_slot_room_bytes{${here}}[30m]) > 0)`,
            legend: '{{region}}',
          },
        ],
      }),
      chart({
        title: 'Raised',
        description: 'What has changed, as the tide table was told.',
        unit: 'short',
        span: THIRD,
        series: [
          {
            expr: `sum by (region) (rate(tidegate_transactions_total{${here}}[${rate}]))`,
            legend: '{{region}} transactions/s',
          },
          {
            expr: `sum by (region) (rate(tidegate_tags_total{${here}}[${rate}]))`,
            legend: '{{region}} tags/s',
          },
        ],
      }),
      chart({
        title: 'Floor raised',
        description: 'Each voids every cached answer of the region, for this cause.',
        unit: 'short',
        span: THIRD,
        series: [
          {
            expr: `sum by (region, cause) (increase(tidegate_floor_raises_total{${here}}[${rate}])) > 0`,
            legend: '{{region}} {{cause}}',
          },
        ],
      }),
      chart({
        title: 'Streams that ended, raises that failed',
        description: 'Both are tried again by themselves.',
        unit: 'short',
        span: THIRD,
        series: [
          {
            expr: `sum by (region, problem) (increase(tidegate_stream_ends_total{${here}}[${rate}]))`,
            legend: '{{region}} {{problem}}',
          },
          {
            expr: `sum by (region) (increase(tidegate_table_errors_total{${here}}[${rate}]))`,
            legend: '{{region}} raises',
          },
        ],
      }),
      chart({
        title: 'Epoch',
        description: 'The number of the history that is followed. It rises at a promotion.',
        unit: 'short',
        span: THIRD,
        series: [{ expr: `tidegate_epoch{${here}}`, legend: '{{region}}' }],
      }),
    ],
  ],
]
