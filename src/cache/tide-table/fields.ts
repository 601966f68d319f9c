/**
 * The tide table as fields of one hash. Each is of fixed width up to where its order is decided, the
 * epoch first, so that the greater text is the later state; a mark alone is joined part by part.
 */
import { TidegateError } from '../../errors.ts'
import { decodeEpoch, encodeEpoch } from '../../tide/epoch.ts'
import { fromHex, toHex } from '../../tide/hex.ts'
import { encodeHistory } from '../../tide/history-text.ts'
import { decodePosition, encodePosition } from '../../tide/position.ts'
import { encodeTide } from '../../tide/tide.ts'
import { decodeXid, encodeXid, XID_ZERO } from '../../tide/xid.ts'
import { decodeMark, encodeMark, joinMarks } from './mark.ts'
import type { Applied, CatalogVersion, PrimaryNode, PublishedCatalog, Raise } from './tide-table.ts'

export const HORIZON = '_horizon'
export const FLOOR = '_floor'
export const HISTORY = '_history'
export const PRIMARY = '_primary'
export const CATALOG = '_catalog'
/** What every reading asks for instead of the whole catalog. */
export const CATALOG_VERSION = '_catalog_version'

export function tagField(tag: string): string {
  return `t:${tag}`
}

export function isTagField(field: string): boolean {
  return field.startsWith('t:')
}

export function nodeField(node: string): string {
  return `a:${node}`
}

/** What a raise writes: the tags, then all else. */
export interface RaiseFields {
  readonly tags: readonly (readonly [field: string, text: string])[]
  readonly others: readonly (readonly [field: string, text: string])[]
}

export function raiseFields(raise: Raise): RaiseFields {
  const others: [string, string][] = []
  if (raise.floor) others.push([FLOOR, encodeMark(raise.floor)])
  if (raise.history) others.push([HISTORY, encodeHistory(raise.history)])
  if (raise.primary) others.push([PRIMARY, encodePrimary(raise.primary)])
  if (raise.catalog) {
    others.push([CATALOG, encodeCatalog(raise.catalog)])
    others.push([CATALOG_VERSION, encodeCatalogVersion(raise.catalog)])
  }
  for (const [node, applied] of raise.applied ?? []) {
    others.push([nodeField(node), encodeApplied(applied)])
  }
  if (raise.horizon) others.push([HORIZON, encodeTide(raise.horizon)])
  const tags = [...(raise.tags ?? [])]
  return { tags: tags.map(([tag, mark]) => [tagField(tag), encodeMark(mark)] as const), others }
}

/** What a field holds after it has been raised. The stores in Redis do the same in Lua. */
export function joinField(field: string, held: string, raised: string): string {
  if (isTagField(field) || field === FLOOR) {
    return encodeMark(joinMarks(decodeMark(held), decodeMark(raised)))
  }
  return raised > held ? raised : held
}

const roles = { b: 'subscriber', p: 'primary', s: 'standby' } as const
const letters = { subscriber: 'b', primary: 'p', standby: 's' } as const

/** What is not known is zero: any knowledge of the same position is more. */
export function encodeApplied(applied: Applied): string {
  const { at = 0, xmin = XID_ZERO, timeline, role } = applied
  return (
    encodePosition(applied) +
    toHex(BigInt(at)) +
    encodeXid(xmin) +
    toHex(BigInt(timeline)) +
    letters[role]
  )
}

const appliedForm = /^([0-9a-f]{24})([0-9a-f]{16})([0-9a-f]{16})([0-9a-f]{16})([bps])$/

export function decodeApplied(text: string): Applied {
  const [, position = '', clock = '', xid = '', timeline = '', letter] = parse(appliedForm, text)
  const at = Number(fromHex(clock))
  const xmin = decodeXid(xid)
  return {
    ...decodePosition(position),
    role: letter === 'p' || letter === 's' ? roles[letter] : roles.b,
    timeline: Number(fromHex(timeline)),
    xmin: xmin === XID_ZERO ? undefined : xmin,
    at: at === 0 ? undefined : at,
  }
}

/** The name is ASCII then, and so in the same order everywhere. */
function encodePrimary({ epoch, node }: PrimaryNode): string {
  return encodeEpoch(epoch) + encodeURIComponent(node)
}

const primaryForm = /^([0-9a-f]{8})([^\s/]+)$/

export function decodePrimary(text: string): PrimaryNode {
  const [, epoch = '', node = ''] = parse(primaryForm, text)
  return { epoch: decodeEpoch(epoch), node: decodeURIComponent(node) }
}

const hashForm = /^[\w+/=-]{1,128}$/

/** The hash stands for the text: of two catalogs at one position it decides. */
function encodeCatalogVersion({ hash, ...position }: CatalogVersion): string {
  if (!hashForm.test(hash)) throw malformed()
  return encodePosition(position) + hash
}

function encodeCatalog(catalog: PublishedCatalog): string {
  return `${encodeCatalogVersion(catalog)}\n${catalog.json}`
}

const catalogVersionForm = /^([0-9a-f]{24})([\w+/=-]{1,128})$/

export function decodeCatalogVersion(text: string): CatalogVersion {
  const [, position = '', hash = ''] = parse(catalogVersionForm, text)
  return { ...decodePosition(position), hash }
}

const catalogForm = /^([0-9a-f]{24})([\w+/=-]{1,128})\n([^]*)$/

export function decodeCatalog(text: string): PublishedCatalog {
  const [, position = '', hash = '', json = ''] = parse(catalogForm, text)
  return { ...decodePosition(position), hash, json }
}

function parse(form: RegExp, text: string): RegExpExecArray {
  const match = form.exec(text)
  if (!match) throw malformed()
  return match
}

function malformed(): TidegateError {
  return new TidegateError('POSITION_MALFORMED', 'A field of the tide table is not in its form.')
}
