/** The guestbook: a feed of posts, and comments that their writer wants to see at once. */
import { Hono } from 'hono'

import { fields, numberField, textField } from './input.ts'
import type { AppVariables } from './tag.ts'

export interface Post {
  readonly id: number
  readonly author: string
  readonly body: string
  readonly comments: number
}

export interface Comment {
  readonly id: string
  readonly author: string
  readonly body: string
  readonly mine: boolean
}

export function feed(): Hono<{ Variables: AppVariables }> {
  const app = new Hono<{ Variables: AppVariables }>()

  app.get('/posts', async (c) =>
    c.json(
      await c.var.sql<Post>`
        select post.id, post.author, post.body, count(comment.id)::int as comments
        from post left join comment on comment.post_id = post.id
        group by post.id order by post.id`,
    ),
  )

  app.get('/posts/:id{[0-9]+}/comments', async (c) =>
    c.json(
      await c.var.sql<Comment>`
        select id::text, author, body, visitor = ${c.var.visitor} as mine
        from comment where post_id = ${Number(c.req.param('id'))} order by comment.id desc limit 8`,
    ),
  )

  app.post('/posts/:id{[0-9]+}/comments', async (c) => {
    const input = await fields(c.req.raw)
    const [comment] = await c.var.sql<Comment>`
      insert into comment (post_id, visitor, author, body)
      values (${Number(c.req.param('id'))}, ${c.var.visitor},
        ${textField(input, 'author', 40)}, ${textField(input, 'body', 500)})
      returning id::text, author, body, true as mine`
    return c.json(comment, 201)
  })

  app.post('/posts/:id{[0-9]+}/tidy', async (c) => {
    const kept = numberField(await fields(c.req.raw), 'keep', 1, 1000)
    await c.var.sql`
      delete from comment where post_id = ${Number(c.req.param('id'))} and visitor = ${c.var.visitor}
        and id not in (select id from comment where visitor = ${c.var.visitor}
          order by id desc limit ${kept})`
    return c.body(null, 204)
  })
  return app
}
