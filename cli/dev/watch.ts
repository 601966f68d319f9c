/** Looks once a second, and does what is typed, until it is told to end. */
import { setTimeout as sleep } from 'node:timers/promises'

import type { Config } from '../config/config.ts'
import type { Io } from '../io.ts'
import { Observatory, type Status } from '../status/observe.ts'
import { liveText } from '../terminal/live.ts'
import { type Paint, painter } from '../terminal/paint.ts'
import type { RegionAnswers } from './render.ts'

export interface Watched {
  readonly config: Config
  readonly gateways: readonly {
    readonly region: string
    /** Answers to `/sql` so far. */
    readonly answered: () => Promise<number>
  }[]
  /** @returns what was done, for people; `undefined` to end */
  readonly obey: (line: string) => Promise<string | undefined>
  readonly render: (
    status: Status,
    answers: ReadonlyMap<string, RegionAnswers>,
    paint: Paint,
  ) => string
}

const EVERY_MS = 1000

export async function watch(
  { config, gateways, obey, render }: Watched,
  io: Io,
  json: boolean,
): Promise<void> {
  const paint = painter(io)
  const end = new AbortController()
  const signal = AbortSignal.any([io.signal, end.signal])
  let said = ''
  const typing = (async () => {
    for await (const line of io.lines(signal)) {
      const answer = await obey(line).catch(() => 'That did not work')
      if (answer === undefined) end.abort()
      else said = answer
      if (json && answer) io.out(`${JSON.stringify({ said: answer })}\n`)
    }
  })().catch(() => {})
  await using observatory = new Observatory(config)
  const answers = new Map<string, RegionAnswers>()
  using live = liveText(io)
  while (!signal.aborted) {
    const status = await observatory.look()
    for (const { region, answered } of gateways) {
      const total = await answered()
      const before = answers.get(region)?.total ?? total
      answers.set(region, { total, perSecond: ((total - before) * 1000) / EVERY_MS })
    }
    if (json) io.out(`${JSON.stringify({ ...status, answers: Object.fromEntries(answers) })}\n`)
    else if (io.isTerminal) live.show(`${render(status, answers, paint)}\n\n${said}`)
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {})
  }
  await typing
}
