/** The stage as a runtime that is not Node sees it: over HTTP, at `test/runtimes/control.ts`. */
import type { SdkStage } from './sdk-stage.ts'

/** What travels: the name of a call and what it is given. */
export interface StageCall {
  readonly method: 'start' | keyof SdkStage
  readonly args: readonly string[]
}

export async function startRemoteStage(control: string, endpoint: string): Promise<SdkStage> {
  async function call<T>(method: StageCall['method'], ...args: readonly string[]): Promise<T> {
    const asked: StageCall = { method, args }
    const response = await fetch(control, { method: 'POST', body: JSON.stringify(asked) })
    const body = await response.text()
    if (!response.ok) throw new Error(`The stage could not ${method}: ${body}`)
    const result: T = JSON.parse(body)
    return result
  }
  await call('start', endpoint)
  return {
    open: async () => await call('open'),
    close: async () => await call('close'),
    pauseReplay: async (replica) => await call('pauseReplay', replica),
    reached: async (replica) => await call('reached', replica),
    caughtUp: async () => await call('caughtUp'),
    freezePrimary: async () => await call('freezePrimary'),
    thawPrimary: async () => await call('thawPrimary'),
    query: async (text) => await call('query', text),
    end: async () => await call('end'),
  }
}
