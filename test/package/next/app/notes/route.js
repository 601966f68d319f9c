import { withTidegate } from 'tidegate/next'

import { client } from '../../client.js'

export const GET = withTidegate(client, async (_, { sql }) =>
  Response.json(await sql`select body from note order by body`),
)

export const POST = withTidegate(client, async (request, { sql }) => {
  await sql`insert into note (body) values (${await request.text()})`
  return new Response(null, { status: 201 })
})
