/** Starts the program that has the world, and tells the tests where it listens. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly control: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const control = fork(join(import.meta.dirname, 'control.ts'))
  const [port] = await once(control, 'message')
  project.provide('control', `http://127.0.0.1:${port}/`)
  return async () => {
    const ended = once(control, 'exit')
    control.disconnect()
    await ended
  }
}
