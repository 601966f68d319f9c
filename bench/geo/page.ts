/** The tables of `docs/benchmarks.md`: as they were measured, and by nobody's hand. */
import { readFile, writeFile } from 'node:fs/promises'

import type { Figures } from '../benchmark.ts'
import { OptionError } from '../benchmark.ts'
import { toResults } from '../results.ts'
import { geoMarkdown } from './table.ts'

const BEGIN = '<!-- measured: npm run bench -- geo --page -->'
const END = '<!-- end of what was measured -->'

export async function readPage(file: string): Promise<Page> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin === -1 || end < begin) {
    throw new OptionError(`--page: expected a file with the lines "${BEGIN}" and "${END}".`)
  }
  return { file, before: text.slice(0, begin), after: text.slice(end) }
}

interface Page {
  readonly file: string
  readonly before: string
  readonly after: string
}

export async function writePage({ file, before, after }: Page, figures: Figures): Promise<void> {
  const { machine, date, commit } = await toResults({ geo: figures })
  const told = (name: string): string => JSON.stringify(figures[name])
  const percent = (name: string): string => `${(Number(figures[name]) * 100).toFixed(1)} %`
  const how = [
    `Measured on ${date.slice(0, 10)} at ${commit}, on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}:`,
    `${told('seconds')} s, ${told('sessions')} sessions for each strategy, mix and region, seed ${told('seed')},`,
    `${told('edge_ms')} ms between an app and its region. Replicas stood still ${told('replay_pauses')} times,`,
    `${percent('replay_paused_share')} of the time. The process that reads was busy for`,
    `${percent('load_process_busy_share')} of it: the more, the more of the machine is in the times.`,
  ].join('\n')
  const tables = geoMarkdown(figures)
  await writeFile(file, [before + BEGIN, how, tables, after].join('\n\n'))
}
