/** Each region's colour, by its place among them, the home region first. */
import type { Scene } from '../shapes.ts'

/** As many as the style sheet has. */
const TINTS = 6

/** As a variable that styles can use. */
export function tintOf(region: string): string {
  return `--of-${slug(region)}`
}

export function tintRegions(regions: Scene['regions']): void {
  for (const [index, { name }] of regions.entries()) {
    document.documentElement.style.setProperty(tintOf(name), `var(--tide-${(index % TINTS) + 1})`)
  }
}

/** Of a name that may hold anything, what identifiers may hold. */
export function slug(name: string): string {
  return name.replaceAll(/[^\w-]/g, '-')
}
