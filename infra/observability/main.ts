/** `npm run generate:observability`: writes what Grafana and the Prometheus operator read. */
import { readFile, writeFile } from 'node:fs/promises'

import { tidegateDashboard } from './dashboard.ts'
import { prometheusRule } from './prometheus-rule.ts'

const dashboard = new URL('dashboard.json', import.meta.url)
await writeFile(dashboard, `${JSON.stringify(tidegateDashboard(), null, 2)}\n`)

const alerts = await readFile(new URL('alerts.yaml', import.meta.url), 'utf8')
const rule = new URL('../kubernetes/monitoring/prometheus-rule.yaml', import.meta.url)
await writeFile(rule, prometheusRule(alerts))
