/** `docs/api.md`: every export of every entry, as the compiler declares it. Needs a build. */
import { readFileSync } from 'node:fs'

import { type Declaration, DeclarationFile } from './declarations.ts'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>
}

const HEAD = `# The API

Every export of every entry, as TypeScript sees it. Written by \`npm run generate:api\`; a test compares it with
what is built. What each is for is told in [the SDK](sdk.md), [adapters](adapters.md), [caching](caching.md),
[the consumer](consumer.md) and [the gateway](gateway.md).
`

export function renderApi(): string {
  const { name, exports }: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  const entries = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [{ entry: path.replace('.', name), file: DeclarationFile.at(target.types) }],
  )
  const known = new Set(entries.flatMap(({ file }) => file.exports))
  const parts = entries.map(({ entry, file }) => {
    const mentioned = mentionedBy(file.exports, known)
    for (const each of mentioned) known.add(each)
    return [
      `## \`${entry}\``,
      ...file.exports.map(render),
      ...(mentioned.length > 0 ? [`Types that \`${entry}\` mentions:`] : []),
      ...mentioned.map(render),
    ].join('\n\n')
  })
  return `${[HEAD.trim(), ...parts].join('\n\n')}\n`
}

function render({ comment, text, name }: Declaration): string {
  const [about, ...tags] = `\n${comment}`.split(/\n(?=@)/)
  const notes = tags.filter((tag) => !/^@(example|module)/.test(tag)).join(' ')
  const words = `${about}\n${notes}`.trim().replaceAll(/\s*\n(?!\n|- )/g, ' ')
  const code = `\`\`\`ts\n${text}\n\`\`\``
  return [`### ${name}`, words, code].filter(Boolean).join('\n\n')
}

/** Options and results that have no export of their own, found by their names in what has. */
function mentionedBy(
  exports: readonly Declaration[],
  known: ReadonlySet<Declaration>,
): readonly Declaration[] {
  const found = new Set<Declaration>()
  const look = ({ text, file, kind }: Declaration): void => {
    // What a class is made from is the business of who makes it.
    const shown = kind === 'class' ? text.replaceAll(/^ +constructor\([^\n]*\n/gm, '') : text
    for (const [name] of shown.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(/\b[A-Z]\w+/g)) {
      const declaration = file.find(name)
      if (!declaration || known.has(declaration) || found.has(declaration)) continue
      if (declaration.kind !== 'interface' && declaration.kind !== 'type') continue
      found.add(declaration)
      look(declaration)
    }
  }
  for (const each of exports) look(each)
  return [...found]
}
