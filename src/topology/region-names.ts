/** Which place a region's name means, whatever cloud has given it. */
import { isRegion, namesOf, type Region, regions } from './regions.ts'

const names = new Map<string, Region>()

/** Read when it is first asked: not every isolate is. */
function known(): ReadonlyMap<string, Region> {
  if (names.size > 0) return names
  for (const code of Object.keys(regions)) {
    if (isRegion(code)) for (const name of namesOf(code)) names.set(name, code)
  }
  return names
}

/**
 * The place that a region's name stands for: an airport's code (`fra`, `FRA`), with a number as Vercel
 * writes it (`fra1`), or a cloud's own name, with the cloud before it as Neon writes it
 * (`aws-eu-central-1`).
 */
export function findRegion(name: string): Region | undefined {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/^(?:aws|azure|gcp)-/, '')
  const code = plain.replace(/^([a-z]{3})\d$/, '$1')
  return isRegion(code) ? code : known().get(plain)
}
