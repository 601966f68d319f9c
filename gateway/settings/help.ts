/** `--help` and the table of docs/gateway.md, from the table of settings. */
import { CONFIG_VARIABLE, settingNames, variableOf } from './resolve.ts'
import { settingsTable } from './settings.ts'

function fallbackOf(name: (typeof settingNames)[number]): string {
  const { fallback } = settingsTable[name]
  if (!fallback) return 'required'
  const { value } = fallback
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function helpText(): string {
  const lines = settingNames.map((name) => {
    const { what } = settingsTable[name]
    return `  ${variableOf(name)}\n      ${what}. (${fallbackOf(name)})`
  })
  return `The gateway: Neon's SQL over HTTP in front of any Postgres.

It is set by environment variables, or by a file of JSON that ${CONFIG_VARIABLE} names, in which
TIDEGATE_GATEWAY_POOL_SIZE is "poolSize". Where both say something, the environment holds.

${lines.join('\n')}
`
}

/** Rows of a table in Markdown. */
export function settingsMarkdown(): string {
  const rows = settingNames.map((name) => {
    const { what } = settingsTable[name]
    return `| \`${name}\` | \`${variableOf(name)}\` | ${fallbackOf(name)} | ${what} |`
  })
  return ['| setting | variable | default | |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
