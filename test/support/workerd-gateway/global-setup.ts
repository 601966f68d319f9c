/**
 * For the tests inside workerd a database and a gateway outside of it, in a process of their own: what
 * runs here is resolved for workerd as well, and would find the wrong halves of Node's libraries.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly gatewayEndpoint: string
    readonly connectionString: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['test/support/workerd-gateway/main.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const first = new Promise<string>((resolve) => {
    createInterface(child.stdout).once('line', resolve)
  })
  const line = await Promise.race([first, ended])
  if (line === undefined) throw new Error('the gateway for the tests in workerd did not start')
  const told: { readonly gatewayEndpoint: string; readonly connectionString: string } =
    JSON.parse(line)
  project.provide('gatewayEndpoint', told.gatewayEndpoint)
  project.provide('connectionString', told.connectionString)
  return async () => {
    child.stdin.end()
    await ended
  }
}
