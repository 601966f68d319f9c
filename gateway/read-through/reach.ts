/**
 * How the SDK reaches the nodes from here: by the driver that the edge has, whose other end is this
 * process. So the gateway's own pools serve it, with their limits, their prepared statements and
 * positions, and no connection keeps what another request left. A home gateway is asked over the
 * platform's kept-alive connections; nothing is ever sent again, by neither.
 */
import { types } from 'pg'

import type { Reach } from '../../src/client/tidegate.ts'
import { neonDriver } from '../../src/drivers/neon.ts'
import { toRefusedAnswer } from '../protocol/refusal.ts'
import type { Answering, Question } from '../sql/endpoint.ts'

/** No name of any server: nothing that is asked there leaves the process. */
export const HERE = 'http://here.invalid/sql'

export function reachThrough(endpoint: Answering): Reach {
  const driver = neonDriver({
    fetch: async (address, init) =>
      address === HERE ? await answerHere(endpoint, init) : await fetch(address, init),
  })
  return { driver, types }
}

async function answerHere(endpoint: Answering, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  const question: Question = {
    header: (name) => headers.get(name) ?? undefined,
    body: typeof init.body === 'string' ? init.body : '',
    signal: init.signal ?? new AbortController().signal,
  }
  try {
    const answer = await endpoint.answer(question)
    return new Response(answer.body, { headers: answer.headers })
  } catch (error) {
    const { status, headers: more, body } = toRefusedAnswer(error)
    return new Response(body, { status, headers: more })
  }
}
