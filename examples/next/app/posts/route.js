import { redirect } from 'next/navigation'
import { withTidegate } from 'tidegate/next'

import { client } from '../../client.js'

export const GET = withTidegate(client, async (_request, { sql }) =>
  Response.json(await sql`select body from post order by id`),
)

export const POST = withTidegate(client, async (request, { sql }) => {
  const form = await request.formData()
  await sql`insert into post (body) values (${form.get('body')})`
  redirect('/')
})
