/** A browser for tests: the Chromium of this machine, if it has one. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** `undefined`: there is none on the PATH. On Debian `apt-get install chromium` brings one. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return [...folders, '/usr/bin']
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

export async function openBrowser(executablePath: string): Promise<Browser> {
  // Its own sandbox cannot be had by root, nor in most containers.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}
