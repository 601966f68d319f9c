import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'

import { isTidegateError } from '../../../src/errors.ts'
import { decodeBase64url, encodeBase64url } from '../../../src/tide/base64url.ts'
import { parseLsn, toLsn } from '../../../src/tide/lsn.ts'
import { MAX_TOKEN_CHARS, openToken, sealToken } from '../../../src/tide/seal.ts'
import { importTokenKeys, type TokenKey } from '../../../src/tide/token-keys.ts'
import { EMPTY_TOKEN, MAX_XIDS, type Token, toToken } from '../../../src/tide/token.ts'
import { toXid } from '../../../src/tide/xid.ts'
import { anyToken, errorOf } from './arbitraries.ts'

type Keys = readonly TokenKey[]

const unsigned: Keys = []
let keys: Keys
let otherKeys: Keys

beforeAll(async () => {
  keys = await importTokenKeys(['a secret of at least 32 characters'])
  otherKeys = await importTokenKeys(['another secret of at least 32 characters'])
})

const written = toToken({ epoch: 1, lsn: parseLsn('16/B374D848') })
const writtenOverHttp = toToken({
  epoch: 2,
  lsn: parseLsn('16/B374D848'),
  xids: [toXid(748n), toXid(750n)],
  xmin: toXid(700n),
})

async function refusal(text: string, openers: Keys): Promise<unknown> {
  return await openToken(text, openers).then(
    () => 'not refused',
    (error: unknown) => error,
  )
}

describe('a sealed token', () => {
  test.each([
    ['signed', () => keys],
    ['unsigned', () => unsigned],
  ])('opens as it was, %s', async (_, which) => {
    await fc.assert(
      fc.asyncProperty(anyToken, async (token) => {
        const text = await sealToken(token, which())
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(await openToken(text, which())).toEqual(token)
      }),
    )
  })

  // Made by another implementation of the format in docs/tides.md. If this fails, the format has
  // changed, and with it must change its version.
  test('is written in the documented bytes', async () => {
    expect(await sealToken(written, keys)).toBe('EQHIsNOb6wIAEfHrbpwjWLFzGq_d5TPvPQ')
    expect(await sealToken(writtenOverHttp, unsigned)).toBe('EALIsNOb6wK8BTABfqLSDJdW')
  })

  test('is small enough for a cookie that travels with every request', async () => {
    expect(await sealToken(EMPTY_TOKEN, keys)).toHaveLength(27)
    expect(await sealToken(written, keys)).toHaveLength(34)
    expect(await sealToken(writtenOverHttp, keys)).toHaveLength(38)
  })

  test('is not written for an epoch that does not exist', async () => {
    await expect(sealToken({ ...written, epoch: 0 }, keys)).rejects.toThrow(
      errorOf('POSITION_MALFORMED'),
    )
  })
})

describe('damage', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  /** Everything that one slip can make of a text. */
  function slips(text: string): Set<string> {
    const damaged = new Set<string>()
    for (let i = 0; i <= text.length; i++) {
      const [before, after] = [text.slice(0, i), text.slice(i)]
      damaged.add(before)
      damaged.add(after)
      damaged.add(before + after.slice(1))
      damaged.add(before + after.charAt(1) + after.charAt(0) + after.slice(2))
      for (const char of `${alphabet}=+/.% `) {
        damaged.add(before + char + after)
        damaged.add(before + char + after.slice(1))
      }
    }
    damaged.delete(text)
    return damaged
  }

  test.each([
    ['signed', written, () => keys],
    ['unsigned', writtenOverHttp, () => unsigned],
  ])(
    'any one character changed, lost, added or swapped is refused, and any cut: %s',
    async (_, token, which) => {
      for (const text of slips(await sealToken(token, which()))) {
        expect(isTidegateError(await refusal(text, which())), text).toBe(true)
      }
    },
  )

  test('of any token, at any place, is refused', async () => {
    const places = fc.tuple(anyToken, fc.nat(), fc.nat({ max: 63 }))
    await fc.assert(
      fc.asyncProperty(places, async ([token, at, index]) => {
        const text = await sealToken(token, keys)
        const place = at % text.length
        const damaged = text.slice(0, place) + alphabet.charAt(index) + text.slice(place + 1)
        fc.pre(damaged !== text)
        expect(isTidegateError(await refusal(damaged, keys))).toBe(true)
      }),
    )
  })

  test('garbage is refused, and by nothing but our own errors', async () => {
    const base64url = fc.uint8Array({ maxLength: 150 }).map(encodeBase64url)
    // Ours by its first byte, so that more of it is looked at.
    const almost = fc
      .tuple(fc.constantFrom(0x10, 0x11), fc.uint8Array({ maxLength: 60 }))
      .map(([form, rest]) => encodeBase64url(Uint8Array.of(form, ...rest)))
    const garbage = fc.oneof(fc.string({ unit: 'binary' }), base64url, almost)
    await fc.assert(
      fc.asyncProperty(garbage, fc.boolean(), async (text, hasKeys) => {
        const error = await refusal(text, hasKeys ? keys : unsigned)
        expect(isTidegateError(error)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('another version of the format is malformed, not forged', async () => {
    const bytes = decodeBase64url(await sealToken(written, keys))
    const next = encodeBase64url(Uint8Array.of(0x21, ...(bytes ?? []).slice(1)))
    expect(await refusal(next, keys)).toEqual(errorOf('TOKEN_MALFORMED'))
  })

  test('a text longer than any token is refused unread, the longest token is not', async () => {
    const longest = toToken({
      epoch: 2 ** 32 - 1,
      lsn: toLsn(2n ** 64n - 1n),
      xids: Array.from({ length: MAX_XIDS }, (_, i) => toXid(BigInt(i + 1) << 60n)),
    })
    const text = await sealToken(longest, keys)

    expect(text.length).toBeLessThanOrEqual(MAX_TOKEN_CHARS)
    expect(await openToken(text, keys)).toEqual(longest)
    expect(await refusal('E'.repeat(10_000_000), keys)).toEqual(errorOf('TOKEN_MALFORMED'))
  })
})

describe('signatures', () => {
  test('an unsigned token is refused where a key is configured', async () => {
    const text = await sealToken(written, unsigned)
    expect(await refusal(text, keys)).toEqual(errorOf('TOKEN_UNSIGNED'))
  })

  test('a signed token is refused where none is, because damage could not be told', async () => {
    const text = await sealToken(written, keys)
    expect(await refusal(text, unsigned)).toEqual(errorOf('TOKEN_FORGED'))
  })

  test('a token that somebody else signed is refused', async () => {
    await fc.assert(
      fc.asyncProperty(anyToken, async (token) => {
        const text = await sealToken(token, otherKeys)
        expect(await refusal(text, keys)).toEqual(errorOf('TOKEN_FORGED'))
      }),
    )
  })

  test('the fields of one token do not go with the signature of another', async () => {
    const bytesOf = async (token: Token) => decodeBase64url(await sealToken(token, keys)) ?? []
    const later = await bytesOf({ ...written, lsn: parseLsn('16/B374D849') })
    const earlier = await bytesOf(written)
    const mixed = encodeBase64url(Uint8Array.of(...later.slice(0, -16), ...earlier.slice(-16)))

    expect(await refusal(mixed, keys)).toEqual(errorOf('TOKEN_FORGED'))
  })

  test('a secret that signs other things too has not signed a token by that', async () => {
    const bytes = decodeBase64url(await sealToken(written, keys)) ?? new Uint8Array()
    const content = bytes.slice(0, -16)
    const [key] = keys
    if (key === undefined) throw new Error('There is a key.')
    const mac = await crypto.subtle.sign('HMAC', key, content)
    const text = encodeBase64url(Uint8Array.of(...content, ...new Uint8Array(mac, 0, 16)))

    expect(await refusal(text, keys)).toEqual(errorOf('TOKEN_FORGED'))
  })

  test('after a new key was put in front, the old one still verifies, until it is removed', async () => {
    const old = await sealToken(written, keys)
    const rotating = [...otherKeys, ...keys]

    expect(await openToken(old, rotating)).toEqual(written)
    expect(await sealToken(written, rotating)).toBe(await sealToken(written, otherKeys))
    expect(await refusal(old, otherKeys)).toEqual(errorOf('TOKEN_FORGED'))
  })

  test('no error holds the text of the token', async () => {
    const signed = await sealToken(written, keys)
    const refused = [
      await refusal(await sealToken(written, unsigned), keys),
      await refusal(signed, otherKeys),
      await refusal(`${signed}?`, keys),
    ]
    for (const error of refused) {
      expect(isTidegateError(error)).toBe(true)
      expect(String(error)).not.toContain(signed.slice(0, 8))
    }
  })
})
