import { cookies, headers } from 'next/headers'
import { pageSession } from 'tidegate/next'

import { client } from '../client.js'
import { write } from './actions.js'

export default async function Page() {
  const { sql } = await pageSession(client, { cookies, headers })
  const posts = await sql`select id, body from post order by id`
  return (
    <main>
      <ul>
        {posts.map(({ id, body }) => (
          <li key={id}>{body}</li>
        ))}
      </ul>
      <form action={write}>
        <input name="body" />
        <button>Post</button>
      </form>
    </main>
  )
}
