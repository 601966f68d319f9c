/** What an expression of PromQL asks for, by Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql'

export interface Asked {
  /** Without its mistakes: those are in `faults`. */
  readonly metrics: readonly string[]
  /** Of each metric, as `metric label`. */
  readonly labels: readonly string[]
  readonly faults: readonly string[]
}

/** Grafana's own variables stand where PromQL has a duration. */
export function askedBy(expression: string): Asked {
  const text = expression.replaceAll('$__rate_interval', '5m')
  const metrics = new Set<string>()
  const labels = new Set<string>()
  const faults: string[] = []
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) faults.push(`${expression}: at ${from}`)
      if (type.name !== 'VectorSelector') return
      const named = node.getChild('Identifier')
      const metric = named ? text.slice(named.from, named.to) : text.slice(from, to)
      metrics.add(metric)
      const matchers = node.getChild('LabelMatchers')
      for (const matcher of matchers?.getChildren('UnquotedLabelMatcher') ?? []) {
        const label = matcher.getChild('LabelName')
        if (label) labels.add(`${metric} ${text.slice(label.from, label.to)}`)
      }
    },
  })
  return { metrics: [...metrics], labels: [...labels], faults }
}
