/**
 * Whether a text is certainly a read, told in a few bytes: what a thin client may send once more to
 * another gateway. What the statement really does the gateways know.
 */

/** Before a parenthesis only these words are known to be no function of somebody's own. */
const harmless = new Set(
  `select from where and or not in any all some exists on using as when then else case values limit offset
   union except intersect distinct count sum min max avg coalesce nullif lower upper length round abs now`.split(
    /\s+/,
  ),
)

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
    const [, word = ''] = /([^\s()=<>+*/,|-]*)\s*$/.exec(part) ?? []
    return word === '' || harmless.has(word.toLowerCase())
  })
}
