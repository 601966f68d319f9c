/** Manifests as Kustomize renders them, and what Kubernetes' own schemas say of each. */
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { parseAllDocuments } from 'yaml'

import { at, inRepository } from './repository.ts'
import { run } from './run.ts'

export interface Manifest {
  readonly kind: string
  readonly name: string
  readonly whole: unknown
}

export async function render(kubectl: string, folder: string): Promise<readonly Manifest[]> {
  const { code, said } = await run(kubectl, ['kustomize', inRepository(folder)])
  if (code !== 0) throw new Error(said)
  return parseAllDocuments(said).map((document) => {
    const whole: unknown = document.toJS()
    return { kind: String(at(whole, 'kind')), name: String(at(whole, 'metadata', 'name')), whole }
  })
}

/** The module of npm that has the schema of a manifest's kind. */
function moduleOf(whole: unknown): string {
  const version = String(at(whole, 'apiVersion'))
  const from = version.startsWith('monitoring.coreos.com')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models'
  return `${from}/${version}/${String(at(whole, 'kind'))}`
}

/** What the OpenAPI schema of its kind has against it. */
export async function faultsOf({ whole, kind }: Manifest): Promise<string | undefined> {
  const module: unknown = await import(moduleOf(whole))
  const Model = at(module, kind)
  if (typeof Model !== 'function') throw new Error(`There is no schema of ${kind}`)
  try {
    const model: unknown = Reflect.construct(Model, [whole])
    const validate = Object(model).validate
    Reflect.apply(validate, model, [])
    return undefined
  } catch (error) {
    return String(error)
  }
}

/**
 * The same again by the types, because a schema has nothing against fields that it does not know: what is
 * written as a literal may have no others.
 */
export async function misspelt(manifests: readonly Manifest[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-manifests-'))
  try {
    await symlink(inRepository('node_modules'), join(folder, 'node_modules'))
    const lines = manifests.map(
      ({ whole, kind }, index) =>
        `import type { I${kind} as T${index} } from '${moduleOf(whole)}'
export const m${index}: T${index} = ${JSON.stringify(whole, null, 1)}\n`,
    )
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'manifests.ts'), lines.join(''))
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--types',
      '',
    ]
    const tsc = inRepository('node_modules/.bin/tsc')
    const { said } = await run(tsc, [...options, 'manifests.ts'], { cwd: folder })
    return said
  } finally {
    await rm(folder, { recursive: true })
  }
}
