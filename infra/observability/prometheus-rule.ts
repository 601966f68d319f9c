/** The alerts as the Prometheus operator wants them: the same groups, in a resource of Kubernetes. */
export function prometheusRule(alerts: string): string {
  const groups = alerts
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
  return `# Made from infra/observability/alerts.yaml by \`npm run generate:observability\`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: tidegate
spec:
${groups}`
}
