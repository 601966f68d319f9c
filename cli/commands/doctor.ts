/** `tidegate doctor`: everything that can be wrong, and the mend. */
import { command, configArgs, jsonArg } from '../command.ts'
import { loadConfig } from '../config/load.ts'
import { examine } from '../doctor/examine.ts'
import { renderExamination } from '../doctor/render.ts'
import { painter } from '../terminal/paint.ts'
import { progressLine } from '../terminal/progress.ts'

export const doctorCommand = command({
  name: 'doctor',
  summary: 'Check everything that can be wrong: what was found, why it matters, the exact mend',
  args: {
    all: { type: 'boolean', description: 'Name the checks that found nothing, too' },
    strict: { type: 'boolean', description: 'End with 1 for warnings as well' },
    ...configArgs,
    ...jsonArg,
  },
  async run(args, io) {
    const config = await loadConfig(args, io)
    const progress = progressLine(io)
    const examination = await examine(config, (done, all) => progress.show(`${done}/${all} checks`))
    progress.end()
    io.out(
      args.json
        ? `${JSON.stringify(examination, null, 2)}\n`
        : renderExamination(examination, {
            paint: painter(io),
            width: Math.min(io.columns, 100),
            all: args.all === true,
          }),
    )
    const levels = new Set(
      examination.reports.flatMap(({ findings }) => findings.map(({ level }) => level)),
    )
    const isBad = levels.has('problem') || (args.strict && levels.has('warning'))
    return isBad ? 1 : 0
  },
})
