/** Reads what `tsc` has emitted: which names a file gives, and how each is declared. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Declaration {
  readonly name: string
  readonly kind: 'class' | 'const' | 'function' | 'interface' | 'type'
  /** What stands before it, without the stars. */
  readonly comment: string
  /** As the compiler has it, without what is private. */
  readonly text: string
  readonly file: DeclarationFile
  readonly isExported: boolean
}

const heads =
  /^(?:export )?(?:declare )?(?:abstract )?(class|const|function|interface|type) ([\w$]+)/gm
const named = /^(?:import|export) (type )?\{([^}]*)\} from '(\.[^']*)'/gm

export class DeclarationFile {
  static readonly #files = new Map<string, DeclarationFile>()

  readonly path: string
  readonly #text: string
  readonly #declarations = new Map<string, Declaration>()

  private constructor(path: string) {
    this.path = path
    this.#text = readFileSync(path, 'utf8')
    for (const match of this.#text.matchAll(heads)) {
      const [head, kind, name = ''] = match
      if (!isKind(kind)) continue
      const text = this.#text.slice(match.index, endOf(this.#text, match.index + head.length))
      const before = this.#declarations.get(name)
      const all = before ? `${before.text}\n${clean(text)}` : clean(text)
      const comment = before?.comment ?? commentBefore(this.#text, match.index)
      const isExported = head.startsWith('export ')
      this.#declarations.set(name, { name, kind, comment, text: all, file: this, isExported })
    }
  }

  static at(path: string): DeclarationFile {
    const known = DeclarationFile.#files.get(path) ?? new DeclarationFile(path)
    DeclarationFile.#files.set(path, known)
    return known
  }

  /** What it gives to others, in its own order. */
  get exports(): readonly Declaration[] {
    const own = [...this.#declarations.values()].filter(({ isExported }) => isExported)
    return [...this.#moved('export'), ...own]
  }

  /** What a name means here, if it is declared in this project. */
  find(name: string): Declaration | undefined {
    const own = this.#declarations.get(name)
    if (own) return own
    return this.#moved('import', name)[0]
  }

  #moved(word: 'import' | 'export', only?: string): readonly Declaration[] {
    const found: Declaration[] = []
    for (const [line, , names = '', from = ''] of this.#text.matchAll(named)) {
      if (!line.startsWith(word)) continue
      for (const each of names.split(',')) {
        const name = each.replace('type ', '').trim().split(' as ')[0] ?? ''
        if (name === '' || (only !== undefined && name !== only)) continue
        const path = join(dirname(this.path), from.replace(/\.ts$/, '.d.ts'))
        const declaration = existsSync(path) ? DeclarationFile.at(path).find(name) : undefined
        if (declaration) found.push(declaration)
      }
    }
    return found
  }
}

function isKind(text: string | undefined): text is Declaration['kind'] {
  return ['class', 'const', 'function', 'interface', 'type'].includes(text ?? '')
}

const next = /^\n(?:\/|export|declare|type|interface|$)/

/** Past its last brace or semicolon; brackets in comments are words. */
function endOf(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('/*', at)) at = text.indexOf('*/', at) + 1
    else if ('({['.includes(text[at] ?? '')) depth += 1
    else if (')}]'.includes(text[at] ?? '')) depth -= 1
    else if (text[at] === ';' && depth === 0) return at + 1
    if (text[at] === '}' && depth === 0 && next.test(text.slice(at + 1, at + 20))) return at + 1
  }
  return text.length
}

function commentBefore(text: string, at: number): string {
  const [, comment = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n$/.exec(text.slice(0, at)) ?? []
  return plain(comment)
}

function plain(comment: string): string {
  return comment.replaceAll(/^ *\* ?/gm, '').trim()
}

/** Constructors of what one is given, and what is private, are nobody's business. */
function clean(text: string): string {
  return text
    .replace(/^(?:export )?(?:declare )?/, '')
    .replaceAll(/^ +(?:#private|private [^\n]*|readonly runner: Runner);\n/gm, '')
    .replaceAll(/^ {4}/gm, '  ')
    .replaceAll(/^ {6}(?! )/gm, '    ')
}
