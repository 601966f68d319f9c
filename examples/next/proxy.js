import { NextResponse } from 'next/server'
import { passOn } from 'tidegate/next'

import { client } from './client.js'

export const config = { matcher: '/visits' }

export async function proxy(request) {
  const { sql, session } = client().session(request)
  await sql`insert into visit default values`
  return await passOn(session, request, NextResponse)
}
