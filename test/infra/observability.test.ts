/** Alerts, their runbooks and the dashboard, by Prometheus' own checker and Grafana's own schema. */
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tidegateDashboard } from '../../infra/observability/dashboard.ts'
import { debianProgram } from '../support/infra/debian-program.ts'
import { alerts, dashboardExpressions } from '../support/infra/observability.ts'
import { askedBy } from '../support/infra/promql.ts'
import { at, inRepository, listAt, textOf, yamlOf } from '../support/infra/repository.ts'
import { run } from '../support/infra/run.ts'

const promtool = await debianProgram('prometheus', 'usr/bin/promtool')
const NO_PROMTOOL = 'promtool cannot be had: it is neither installed nor in reach by apt-get'
const FOLDER = inRepository('infra/observability')

test('each alert speaks when it should, and keeps silent when it should not', async (context) => {
  if (promtool === undefined) return context.skip(NO_PROMTOOL)
  const checked = await run(promtool, ['check', 'rules', 'alerts.yaml'], { cwd: FOLDER })
  expect(checked).toMatchObject({ code: 0 })
  const tested = await run(promtool, ['test', 'rules', 'alerts.test.yaml'], { cwd: FOLDER })
  expect(tested).toMatchObject({ code: 0 })
})

test('no alert is without a test that has seen it speak', async () => {
  const tests = listAt(await yamlOf('infra/observability/alerts.test.yaml'), 'tests')
  const spoken = new Set(
    tests
      .flatMap((each) => listAt(each, 'alert_rule_test'))
      .filter((each) => listAt(each, 'exp_alerts').length > 0)
      .map((each) => at(each, 'alertname')),
  )
  const names = (await alerts()).map(({ name }) => name)
  expect(names.filter((name) => !spoken.has(name))).toEqual([])
})

test('Prometheus takes the configuration that Compose gives it', async (context) => {
  if (promtool === undefined) return context.skip(NO_PROMTOOL)
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-prometheus-'))
  try {
    // As they lie in the container.
    await copyFile(inRepository('infra/compose/prometheus.yaml'), join(folder, 'prometheus.yml'))
    await copyFile(join(FOLDER, 'alerts.yaml'), join(folder, 'alerts.yaml'))
    const checked = await run(promtool, ['check', 'config', 'prometheus.yml'], { cwd: folder })
    expect(checked).toMatchObject({ code: 0, said: expect.stringContaining('1 rule files found') })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('each alert leads to a page that says what it means, what to do and when it is over', async () => {
  const pages = new Set(
    (await readdir(inRepository('docs/runbooks'))).filter((page) => page !== 'README.md'),
  )
  const index = await textOf('docs/runbooks/README.md')
  for (const { name, runbook } of await alerts()) {
    const page = runbook.split('docs/runbooks/')[1] ?? ''
    expect([...pages], name).toContain(page)
    const text = await textOf(`docs/runbooks/${page}`)
    expect(text.split('\n')[0], page).toContain(name)
    expect(text.match(/^## .*$/gm)).toEqual([
      '## What it means',
      '## See more',
      '## What to do',
      '## It is over when',
    ])
    expect(index).toContain(`(${page})`)
  }
  const led = new Set((await alerts()).map(({ runbook }) => runbook.split('/').at(-1)))
  expect([...pages].filter((page) => !led.has(page))).toEqual([])
})

test('the pages lead to pages that are there', async () => {
  for (const page of await readdir(inRepository('docs/runbooks'))) {
    const text = await textOf(`docs/runbooks/${page}`)
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)/g)) {
      await expect(
        textOf(join('docs/runbooks', target)),
        `${page}: ${target}`,
      ).resolves.toBeTruthy()
    }
  }
})

test('the dashboard is the one that its source makes', async () => {
  const written: unknown = JSON.parse(await textOf('infra/observability/dashboard.json'))
  const made: unknown = JSON.parse(JSON.stringify(tidegateDashboard()))
  expect(written, 'npm run generate:observability').toEqual(made)
})

test('no panel lies on another, and each has a title of its own', async () => {
  const panels = listAt(JSON.parse(await textOf('infra/observability/dashboard.json')), 'panels')
  const cells = new Set<string>()
  for (const panel of panels) {
    const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((name) => Number(at(panel, 'gridPos', name)))
    for (let column = x ?? 0; column < (x ?? 0) + (w ?? 0); column++) {
      expect(column).toBeLessThan(24)
      for (let row = y ?? 0; row < (y ?? 0) + (h ?? 0); row++) {
        expect(cells.has(`${column} ${row}`), String(at(panel, 'title'))).toBe(false)
        cells.add(`${column} ${row}`)
      }
    }
  }
  const titles = panels.map((panel) => at(panel, 'title'))
  expect(new Set(titles).size).toBe(titles.length)
})

test('all expressions are PromQL', async () => {
  const expressions = [
    ...(await alerts()).map(({ expr }) => expr),
    ...(await dashboardExpressions()),
  ]
  expect(expressions.length).toBeGreaterThan(30)
  expect(expressions.flatMap((expr) => askedBy(expr).faults)).toEqual([])
})
