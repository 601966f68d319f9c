import { relations } from 'drizzle-orm'
import { integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'

export const post = pgTable('post', {
  id: serial().primaryKey(),
  author: text().notNull(),
  body: text().notNull(),
  writtenAt: timestamp('written_at', { withTimezone: true }).notNull().defaultNow(),
})

export const comment = pgTable('comment', {
  id: serial().primaryKey(),
  postId: integer('post_id')
    .notNull()
    .references(() => post.id),
  body: text().notNull(),
})

export const postRelations = relations(post, ({ many }) => ({ comments: many(comment) }))

export const commentRelations = relations(comment, ({ one }) => ({
  post: one(post, { fields: [comment.postId], references: [post.id] }),
}))
