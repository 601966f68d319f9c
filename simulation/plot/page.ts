/** All charts and the main figures as one page that needs nothing else. */
import type { Figures } from '../measure/figures.ts'
import { type Chart, escape, toSvg } from './chart.ts'

const style = `
:root { color-scheme: light dark; --ink: #1f2937; --paper: #f9fafb; --rule: #d1d5db }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e7eb; --paper: #0b1220; --rule: #374151 } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 780px; margin: 2rem auto; padding: 0 1rem }
figure { margin: 2rem 0 } figcaption { font-size: .9rem; opacity: .8 } svg { width: 100%; height: auto }
table { border-collapse: collapse } td, th { text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid var(--rule) }
code { overflow-wrap: anywhere }`

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`

export function toPage(figures: Figures, charts: readonly Chart[], command: string): string {
  const rows = Object.entries(mainFigures(figures)).map(
    ([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`,
  )
  const drawn = charts.map(
    (chart) => `<figure>${toSvg(chart)}<figcaption>${escape(chart.caption)}</figcaption></figure>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tidegate, simulated</title>
<style>${style}</style>
<h1>Tidegate, simulated</h1>
<p>The same command gives the same figures: <code>${escape(command)}</code></p>
<table>${rows.join('\n')}</table>
${drawn.join('\n')}
</html>
`
}

export function mainFigures(figures: Figures): Readonly<Record<string, string>> {
  const { options, latency_ms: latency, primary, redis_per_region: redis, violations } = figures
  const broken = Object.values(violations).reduce((sum, count) => sum + count, 0)
  return {
    'regions, databases': `${options.regions}, ${options.nodes}`,
    'sessions, operations': `${whole(figures.sessions)}, ${whole(figures.operations)}`,
    'broken promises': whole(broken),
    'local reads': percent(figures.local_read_ratio),
    'local reads away from home': percent(figures.local_read_ratio_away_from_home),
    'reads by the cache': percent(
      ['memory', 'redis', 'stale'].reduce(
        (sum, source) => sum + (figures.reads_by_source[source] ?? 0),
        0,
      ),
    ),
    'read p50, p95, p99': ['p50', 'p95', 'p99']
      .map((name) => `${String(Reflect.get(latency['all'] ?? {}, name))} ms`)
      .join(', '),
    'asked in all': `${whole(figures.reads_per_second)} reads/s, ${whole(figures.writes_per_second)} writes/s`,
    'at the primary': `${whole(primary.reads_per_second)} reads/s, ${whole(primary.writes_per_second)} writes/s, ${percent(primary.busy)} busy`,
    'at one Redis': `${whole(redis.commands_per_second)} commands/s, ${whole(redis.tags_raised_per_second)} tags/s, ${percent(redis.busy_most)} busy at most`,
  }
}
