/** What a service exports, from the text that Prometheus scrapes. */
export interface Exposition {
  /** By the names that samples have: a histogram's are three. */
  readonly metrics: ReadonlySet<string>
  /** As `metric label`, of the samples that there are. */
  readonly labels: ReadonlySet<string>
  /** The metrics that have a sample. */
  readonly sampled: ReadonlySet<string>
}

const SUFFIXES = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] }

export function readExposition(texts: readonly string[]): Exposition {
  const metrics = new Set<string>()
  const labels = new Set<string>()
  const sampled = new Set<string>()
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, named = '', type = ''] = /^# TYPE (\S+) (\S+)/.exec(line) ?? []
    const suffixes = type === 'histogram' || type === 'summary' ? SUFFIXES[type] : ['']
    if (named !== '') for (const suffix of suffixes) metrics.add(named + suffix)
    const [, name = '', , inBraces = ''] = /^([a-z]\w*)(\{(.*)\})? /.exec(line) ?? []
    if (name === '') continue
    sampled.add(name)
    for (const [, label = ''] of inBraces.matchAll(/(\w+)="/g)) labels.add(`${name} ${label}`)
  }
  return { metrics, labels, sampled }
}
