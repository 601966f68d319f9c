/** The cluster's history from a file that the operator, or a program of his, keeps. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs'

import { TidegateError } from '../../src/errors.ts'
import { decodeHistory } from '../../src/tide/history-text.ts'
import type { History } from '../../src/tide/history.ts'
import type { CurrentHistory } from './histories.ts'

const LOOK_EVERY_MS = 1_000

export interface HistoryFile extends Disposable {
  readonly current: CurrentHistory
}

/** @param onUnreadable told when a change cannot be read: what was known before goes on to hold. */
export function watchHistoryFile(path: string, onUnreadable: () => void): HistoryFile {
  let history = read(path)
  const look = (): void => {
    try {
      history = read(path)
    } catch {
      onUnreadable()
    }
  }
  watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look)
  return { current: () => history, [Symbol.dispose]: () => unwatchFile(path, look) }
}

function read(path: string): History {
  try {
    return decodeHistory(readFileSync(path, 'utf8').trim())
  } catch (error) {
    throw new TidegateError(
      'CONFIG_INVALID',
      'historyFile: it should name a file with a history as the tide table writes it.',
      { cause: error },
    )
  }
}
