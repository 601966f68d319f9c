/** `npm run generate:api`: writes docs/api.md from what has been built. */
import { writeFile } from 'node:fs/promises'

import { renderApi } from './api-reference.ts'

await writeFile('docs/api.md', renderApi())
