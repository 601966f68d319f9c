/** The project's documents as text: their blocks of code, headings and links. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Block {
  readonly file: string
  /** Of its first line of code. */
  readonly line: number
  readonly language: string
  readonly code: string
  /** What a comment just before it declares: `<!-- before: declare const tg: Tidegate -->`. */
  readonly before: string
}

export interface Link {
  readonly file: string
  readonly line: number
  readonly target: string
}

/** Those that are part of the repository, also when nobody has committed them yet. */
export function documents(): readonly string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md']
  return execFileSync('git', list, { encoding: 'utf8' }).split('\n').filter(Boolean)
}

const fence = /^( *)```(\S*)/

export function blocksOf(file: string): readonly Block[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  const blocks: Block[] = []
  let before = ''
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const [, indent = '', language] = fence.exec(line) ?? []
    if (line.startsWith('<!-- before:')) {
      const end = lines.findIndex((each, index) => index >= at && each.includes('-->'))
      before = lines
        .slice(at, end + 1)
        .join('\n')
        .slice('<!-- before:'.length)
        .replace('-->', '')
      at = end
    } else if (language !== undefined) {
      const end = lines.findIndex((each, index) => index > at && each === `${indent}\`\`\``)
      if (end === -1) throw new Error(`${file}:${at + 1}: a block of code has no end`)
      const code = lines.slice(at + 1, end).map((each) => each.slice(indent.length))
      blocks.push({ file, line: at + 2, language, code: code.join('\n'), before })
      before = ''
      at = end
    } else if (line !== '') {
      before = ''
    }
  }
  return blocks
}

/** Without what stands in blocks of code, with the line numbers as they are. */
function prose(file: string): readonly string[] {
  let inside = false
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => {
      const isFence = fence.test(line)
      if (isFence) inside = !inside
      return inside || isFence ? '' : line
    })
}

export function linksOf(file: string): readonly Link[] {
  return prose(file).flatMap((line, index) =>
    [...line.replaceAll(/`[^`]*`/g, '``').matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(
      ([, inText, inTag]) => ({ file, line: index + 1, target: inText ?? inTag ?? '' }),
    ),
  )
}

/** As GitHub makes them of headings. */
export function anchorsOf(file: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const line of prose(file)) {
    const [, heading] = /^#{1,6} +(.+?) *#*$/.exec(line) ?? []
    if (heading === undefined) continue
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    anchors.add(times === 0 ? anchor : `${anchor}-${times}`)
  }
  return anchors
}
