/** An examination for a terminal: what is wrong first, with the mend; then a line that counts. */
import { columns, wrap } from '../terminal/columns.ts'
import type { Colour, Paint } from '../terminal/paint.ts'
import { formatMs } from '../terminal/units.ts'
import type { Level } from './check.ts'
import type { CheckReport, Examination } from './examine.ts'

const signs: Readonly<Record<Level, readonly [string, Colour]>> = {
  problem: ['✗', 'red'],
  warning: ['!', 'yellow'],
  note: ['i', 'cyan'],
}

export interface RenderOptions {
  readonly paint: Paint
  readonly width: number
  /** Name the checks that found nothing, too. */
  readonly all: boolean
}

export function renderExamination(
  { reached, reports }: Examination,
  options: RenderOptions,
): string {
  const { paint, all } = options
  const rows = reached.map(({ subject, what, roundTripMs }) => [
    paint('bold', subject),
    what,
    paint('gray', `${formatMs(roundTripMs)} from here`),
  ])
  const parts = [columns(rows)]
  for (const report of reports) {
    if (report.outcome === 'found') parts.push(renderFindings(report, options))
    if (report.outcome === 'unable') {
      parts.push(
        `${paint('yellow', '?')} ${paint('bold', report.subject)} ${report.check} could not be checked: ${report.unable ?? ''}`,
      )
    }
  }
  if (all) {
    const fine = reports.filter(({ outcome }) => outcome === 'ok')
    parts.push(
      fine.map((each) => `${paint('green', '✓')} ${each.subject} ${each.check}`).join('\n'),
    )
  }
  return `${[...parts, summary(reports, paint)].join('\n\n')}\n`
}

function renderFindings({ subject, check, findings }: CheckReport, options: RenderOptions): string {
  const { paint, width } = options
  return findings
    .map(({ level, found, why, mend }) => {
      const [sign, colour] = signs[level]
      return [
        `${paint(colour, sign)} ${paint('bold', subject)} ${wrap(found, width - 4, '  ')} ${paint('gray', check)}`,
        `  ${wrap(why, width - 4, '  ')}`,
        ...mend.split('\n').map((line) => `    ${paint('cyan', line)}`),
      ].join('\n')
    })
    .join('\n\n')
}

function summary(reports: readonly CheckReport[], paint: Paint): string {
  const levels = reports.flatMap(({ findings }) => findings.map(({ level }) => level))
  const count = (level: Level): number => levels.filter((each) => each === level).length
  const unable = reports.filter(({ outcome }) => outcome === 'unable').length
  const [problems, warnings, notes] = [count('problem'), count('warning'), count('note')]
  const text = [
    `${reports.length} checks`,
    counted(problems, 'problem'),
    counted(warnings, 'warning'),
    counted(notes, 'note'),
    ...(unable > 0 ? [`${unable} could not be run`] : []),
  ].join(', ')
  return paint(problems > 0 ? 'red' : warnings > 0 ? 'yellow' : 'green', text)
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
