/** `npm run build` writes the page's files beside the server that was compiled. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { bundlePage } from './bundle-page.ts'
import { BUILT } from './page-files.ts'

const files = Object.fromEntries(await bundlePage())
await writeFile(join(import.meta.dirname, '../dist/dashboard', BUILT), JSON.stringify(files))
