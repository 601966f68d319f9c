/**
 * Whether a text is certainly a read, told in a few bytes: what a thin client may send once more to
 * another gateway. What the statement really does the gateways know.
 */

/** Before a parenthesis only these words are known to be no function of somebody's own. */
export const harmless: ReadonlySet<string> = new Set(
  `select from where and or not in any all some exists on using as when then else case values limit offset
   union except intersect distinct cast coalesce nullif greatest least count sum min max avg array_agg
   json_agg jsonb_agg string_agg json_build_object jsonb_build_object row_to_json to_json to_jsonb bool_and
   bool_or lower upper length trim substring replace concat concat_ws split_part to_char date_trunc extract
   round floor ceil abs now row_number rank dense_rank lag lead unnest generate_series`.split(
    /\s+/,
  ),
)

/** What stands behind a call, and is none itself. */
const behindCall = /\)\s*(?:over|filter)\s*$/i

/**
 * Comments, several statements, dollar quotes, functions by quoted names or of a schema, and the words
 * by which a query locks, makes a table or writes.
 */
const notPlain =
  /--|\/\*|[;\\$]|"\s*\(|\.\s*\w+\s*\(|\b(?:into|for|with|insert|update|delete|merge)\b/i

export function isPlainRead(text: string): boolean {
  const query = text.replaceAll(/\$\d+/g, '0')
  if (!/^\s*select\b/i.test(query) || notPlain.test(query)) return false
  const before = query.split('(').slice(0, -1)
  return before.every((part) => {
    if (behindCall.test(part)) return true
    const [, word = ''] = /([^\s()=<>+*/,|-]*)\s*$/.exec(part) ?? []
    return word === '' || harmless.has(word.toLowerCase())
  })
}
