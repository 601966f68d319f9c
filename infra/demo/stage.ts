/** The demo as the dashboard sees it. */
import type { Hono } from 'hono'

import type { Journal } from '../../dashboard/journal.ts'
import type { Stage } from '../../dashboard/server.ts'
import type { Sample, Scene } from '../../dashboard/shapes.ts'
import { roundTripMs } from '../../src/topology/distance.ts'
import { isRegion, regions } from '../../src/topology/regions.ts'
import type { Demo } from './demo.ts'
import type { Faults } from './faults.ts'
import { tryProxy } from './try-proxy.ts'
import type { Watcher } from './watcher.ts'

const cities: Readonly<Record<string, string>> = {
  iad: 'Virginia',
  fra: 'Frankfurt',
  syd: 'Sydney',
}

export function stageOf(demo: Demo, watcher: Watcher, faults: Faults): Stage {
  return {
    scene: sceneOf(demo, faults),
    sample: () => sampleOf(demo, watcher, faults),
  }
}

/** What can be broken and tried there. */
export function demoRoutes(demo: Demo, faults: Faults, journal: Journal): (app: Hono) => void {
  const workerOf = (region: string): string | undefined =>
    isRegion(region) ? demo.parts.get(region)?.worker.url : undefined
  return (app) => {
    app.put('/faults/:id', (c) => c.json({ taken: faults.set(c.req.param('id'), true) }))
    app.delete('/faults/:id', (c) => c.json({ taken: faults.set(c.req.param('id'), false) }))
    app.all('/try/:region/:side/*', tryProxy({ workerOf, journal }))
  }
}

function sceneOf({ world }: Demo, faults: Faults): Scene {
  const names = world.regions.map(({ name }) => name)
  return {
    home: world.home,
    regions: names.map((name) => ({ name, city: cities[name] ?? name, ...regions[name] })),
    links: names.flatMap((a, index) =>
      names.slice(index + 1).map((b) => ({
        ends: [a, b] as const,
        roundTripMs: Math.round(roundTripMs(regions[a], regions[b])),
      })),
    ),
    faults: faults.shapes,
    hasSample: true,
  }
}

function sampleOf({ world }: Demo, watcher: Watcher, faults: Faults): Sample {
  const now = Date.now()
  const states = faults.states
  return {
    at: now,
    primary: world.primary.name,
    position: watcher.trail.position,
    nodes: watcher.nodes(now),
    regions: watcher.regions(now),
    cut: states
      .filter(({ id, state }) => id.startsWith('cut-') && state === 'on')
      .map(({ id }) => [world.home, id.slice('cut-'.length)].join('–')),
    faults: states,
  }
}
