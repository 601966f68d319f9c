'use server'

import { cookies, headers } from 'next/headers'
import { inAction } from 'tidegate/next'

import { client } from '../client.js'

export async function write(form) {
  await inAction(client, { cookies, headers }, async ({ sql }) => {
    await sql`insert into post (body) values (${form.get('body')})`
  })
}
