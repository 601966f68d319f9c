/** Tidegate as an app at the edge has it: over HTTP, each request a session of its own with a cookie. */
import { types } from '@neondatabase/serverless'

import { redisHttp, RegionTides } from '../../src/cache/index.ts'
import type { Sql } from '../../src/client/sql.ts'
import { createTidegate, type Tidegate } from '../../src/client/tidegate.ts'
import { neonDriver } from '../../src/drivers/neon.ts'
import { isRegion } from '../../src/topology/regions.ts'
import type { Edge, Reading, Strategy, Visitor } from './strategy.ts'

const TOKEN_KEY = 'a secret for nothing but this benchmark'

export const tidegate: Strategy = {
  summary: 'the SDK over gateways, without Redis',
  open: (edge) => {
    const tg = client(edge, undefined)
    return () => visitor(tg, edge, false)
  },
}

export const tidegateAndCache: Strategy = {
  summary: "the SDK with the region's tide table and cache",
  open: (edge) => {
    const redis = redisHttp(edge.redis)
    const tg = client(edge, new RegionTides({ redis, region: edge.region }))
    return () => visitor(tg, edge, true)
  },
}

function client(edge: Edge, tides: RegionTides | undefined): Tidegate {
  return createTidegate(
    {
      primary: placed(edge.home),
      replicas: edge.replicas.map(placed),
      region: edge.region,
      tokenKeys: [TOKEN_KEY],
      tides,
    },
    { driver: neonDriver({ fetch: edge.fetch }), types },
  )
}

function placed({ name, region, url, endpoint }: Edge['near']): {
  name: string
  region: string
  url: Edge['near']['url']
  endpoint: string | undefined
  gateway: boolean
} {
  return { name, region, url, endpoint, gateway: true }
}

interface Row {
  readonly version: number
}

function visitor(tg: Tidegate, edge: Edge, cache: boolean): Visitor {
  let cookie = ''

  async function request<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const { sql, session } = tg.session(
      { headers: new Headers({ cookie }) },
      // What goes on after the response goes on here anyway.
      { cache, waitUntil: () => {} },
    )
    const result = await work(sql)
    const headers = new Headers()
    await session.write(headers)
    cookie = headers.get('set-cookie')?.split(';')[0] ?? cookie
    return result
  }

  return {
    async read(id, withinMs): Promise<Reading> {
      return await request(async (sql) => {
        const near = withinMs === undefined ? sql : sql.with({ freshness: { within: withinMs } })
        const rows = await near<Row>`select version from item where id = ${id}`
        const { source, region } = rows.tide
        return {
          version: versionOf(rows),
          source,
          region: isRegion(region) ? region : edge.region,
        }
      })
    },
    async write(id) {
      return await request(async (sql) => {
        return versionOf(
          await sql<Row>`update item set version = version + 1 where id = ${id} returning version`,
        )
      })
    },
  }
}

function versionOf([row]: readonly Row[]): number {
  if (!row) throw new Error('The answer has no row')
  return row.version
}
