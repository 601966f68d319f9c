/** An edge of the local world: the whole SDK, on real databases, for the same crowd. */
import type { Redis } from 'ioredis'

import { ioredisCommands, RegionTides } from '../../src/cache/index.ts'
import { createTidegate, type Tidegate, type TidegateOptions } from '../../src/client/tidegate.ts'
import type { TypeParsers } from '../../src/drivers/decode.ts'
import type { Driver } from '../../src/drivers/driver.ts'
import { isRegion, type Region } from '../../src/topology/regions.ts'
import type { Edge, EdgeRequest, Freshness, Read, Source } from '../client/edge.ts'

export interface LocalEdgeOptions extends Pick<TidegateOptions, 'primary' | 'replicas'> {
  readonly region: Region
  /** `undefined`: without tide table and cache. */
  readonly redis: Redis | undefined
  readonly driver: Driver
  readonly types: TypeParsers
  readonly rows: number
  readonly lists: number
}

const ignored = (): void => {}

/** Sessions carry their cookie. */
export class LocalEdge implements Edge<string> {
  readonly region: Region
  readonly #tg: Tidegate
  readonly #tides: RegionTides | undefined
  readonly #options: LocalEdgeOptions

  constructor(options: LocalEdgeOptions) {
    const { region, redis, driver, types, primary, replicas } = options
    this.region = region
    this.#options = options
    const memory = { maxBytes: 2 * 1024 * 1024 }
    this.#tides = redis && new RegionTides({ redis: ioredisCommands(redis), region, memory })
    this.#tg = createTidegate({ primary, replicas, region, tides: this.#tides }, { driver, types })
  }

  request(carried: string | undefined): EdgeRequest<string> {
    const headers = new Headers(carried === undefined ? {} : { cookie: carried })
    // Given so that what has just become stale may be served while it is renewed, as at the edge.
    const { sql, session } = this.#tg.session({ headers }, { waitUntil: ignored })
    const { rows, lists } = this.#options
    return {
      lost: false,
      read: async (thing, freshness) => {
        const before = this.#tides?.counts.hit.memory ?? 0
        const { tide } =
          thing >= rows
            ? await sql.query(listText(thing - rows), [], narrowed(freshness))
            : await sql.query(rowText(thing % lists), [thing], narrowed(freshness))
        const isMemory = (this.#tides?.counts.hit.memory ?? 0) > before
        return this.#toRead(tide, isMemory)
      },
      write: async (row) => {
        await sql.query(`update item_${row % lists} set version = version + 1 where id = $1`, [row])
        return 0
      },
      end: async () => {
        const response = await session.respond(new Response())
        return response.headers.get('set-cookie')?.split(';')[0] ?? carried ?? ''
      },
    }
  }

  #toRead(
    tide: { source: 'primary' | 'replica' | 'cache'; region: string; cache: string | undefined },
    isMemory: boolean,
  ): Read {
    const { source, region, cache } = tide
    const hit: Source = isMemory ? 'memory' : 'redis'
    const from: Source = source !== 'cache' ? source : cache === 'hit' ? hit : 'stale'
    const there = source !== 'cache' && isRegion(region) ? region : this.region
    return { version: 0, snapshot: 0, source: from, region: there, tried: [], through: undefined }
  }
}

function narrowed(freshness: Freshness): { freshness: Freshness; cache: true } {
  return { freshness, cache: true }
}

function rowText(list: number): string {
  return `select version, content from item_${list} where id = $1`
}

function listText(list: number): string {
  return `select id, version from item_${list} order by version desc, id limit 20`
}

/** What the crowd reads and writes. */
export function schemaFor(rows: number, lists: number): string {
  return Array.from(
    { length: lists },
    (_, list) => `
      create table item_${list} (id int primary key, version int not null default 0, content text not null);
      insert into item_${list} (id, content)
        select id, repeat('x', 300) from generate_series(${list}, ${rows - 1}, ${lists}) id;
      create index on item_${list} (version desc, id)`,
  ).join(';')
}
