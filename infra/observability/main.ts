/** `npm run generate:dashboard`: writes the dashboard that Grafana reads. */
import { writeFile } from 'node:fs/promises'

import { tidegateDashboard } from './dashboard.ts'

const target = new URL('dashboard.json', import.meta.url)
await writeFile(target, `${JSON.stringify(tidegateDashboard(), null, 2)}\n`)
