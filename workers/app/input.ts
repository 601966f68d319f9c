/** What a visitor sends, checked where it comes in. */
import { HTTPException } from 'hono/http-exception'

type Fields = ReadonlyMap<string, unknown>

export async function fields(request: Request): Promise<Fields> {
  const body: unknown = await request.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null) throw refusal('the body', 'a JSON object')
  return new Map(Object.entries(body))
}

export function textField(input: Fields, name: string, longest: number): string {
  const value = input.get(name)
  if (typeof value === 'string' && value.trim() !== '' && value.length <= longest) return value
  throw refusal(name, `a text of at most ${longest} characters`)
}

export function numberField(input: Fields, name: string, least: number, most: number): number {
  const value = input.get(name)
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
    return value
  }
  throw refusal(name, `a whole number from ${least} to ${most}`)
}

function refusal(name: string, expected: string): HTTPException {
  return new HTTPException(400, { message: `${name}: expected ${expected}.` })
}
