/** The alerts, and what the dashboard asks for. */
import { at, listAt, textOf, yamlOf } from './repository.ts'

export interface Alert {
  readonly name: string
  readonly expr: string
  readonly runbook: string
}

export async function alerts(): Promise<readonly Alert[]> {
  const groups = listAt(await yamlOf('infra/observability/alerts.yaml'), 'groups')
  return groups
    .flatMap((group) => listAt(group, 'rules'))
    .map((rule) => ({
      name: String(at(rule, 'alert')),
      expr: String(at(rule, 'expr')),
      runbook: String(at(rule, 'annotations', 'runbook_url')),
    }))
}

export async function dashboardExpressions(): Promise<readonly string[]> {
  const dashboard: unknown = JSON.parse(await textOf('infra/observability/dashboard.json'))
  return listAt(dashboard, 'panels')
    .flatMap((panel) => listAt(panel, 'targets'))
    .map((target) => String(at(target, 'expr')))
}
