/** The page's files, made of their sources: its program bundled by esbuild, its styles with uPlot's. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { build } from 'esbuild'

import type { PageFile } from './page-files.ts'

const PAGE = join(import.meta.dirname, 'page')

export async function bundlePage(): Promise<ReadonlyMap<string, PageFile>> {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'))
  const [script, html, css, chartCss] = await Promise.all([
    bundle(),
    readFile(join(PAGE, 'index.html'), 'utf8'),
    readFile(join(PAGE, 'style.css'), 'utf8'),
    readFile(join(uplot, 'dist/uPlot.min.css'), 'utf8'),
  ])
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: html }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', text: script }],
    ['/icon.svg', { type: 'image/svg+xml', text: ICON }],
    ['/page.css', { type: 'text/css; charset=utf-8', text: `${chartCss}\n${css}` }],
  ])
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<circle cx="8" cy="8" r="7.5" fill="#0b3a4c"/><path d="M1 9q3.5-3 7 0t7 0a7 7 0 0 1-14 0" fill="#58bbdf"/>
</svg>`

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(PAGE, 'main.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
