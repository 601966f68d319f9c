import { cookies, headers } from 'next/headers'
import { pageSession } from 'tidegate/next'

import { client } from '../../client.js'

/** Counts itself: the proxy has written the visit that is going on. */
export default async function Visits() {
  const { sql } = await pageSession(client, { cookies, headers })
  const [{ visits }] = await sql`select count(*)::int as visits from visit`
  return <main>{`visits: ${Number(visits)}`}</main>
}
