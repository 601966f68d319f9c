/** The page: it draws what the server tells, and keeps nothing that the server does not tell again. */
import type { Sample, Scene } from '../shapes.ts'
import { byId, say } from './dom.ts'
import { listen } from './events.ts'
import { FaultButtons } from './faults.ts'
import { Gauges } from './gauges.ts'
import { LagChart } from './lag-chart.ts'
import { WorldMap } from './map.ts'
import { theme } from './theme.ts'
import { tintRegions } from './tints.ts'
import { Comparison } from './try.ts'
import { Visits } from './visits.ts'

interface Parts {
  readonly map: WorldMap
  readonly gauges: Gauges
  readonly chart: LagChart
  readonly faults: FaultButtons
  readonly visits: Visits
}

let parts: Parts | undefined

function draw(scene: Scene): Parts {
  tintRegions(scene.regions)
  const map = new WorldMap(scene)
  byId('break').hidden = scene.faults.length === 0
  byId('try').hidden = !scene.hasSample
  // It registers its own listeners, and the page lives as long as they do.
  if (scene.hasSample) void new Comparison(scene, (edge) => map.placeYou(edge))
  return {
    map,
    gauges: new Gauges(scene),
    chart: new LagChart(scene),
    faults: new FaultButtons(scene),
    visits: new Visits(scene),
  }
}

function show(sample: Sample): void {
  parts?.map.show(sample)
  parts?.gauges.show(sample)
  parts?.faults.show(sample.faults)
  if (!document.hidden) parts?.chart.show(sample)
  say(byId('status'), statusOf(sample))
}

function statusOf({ faults, primary }: Sample): string {
  if (faults.length === 0) return `The primary is ${primary === '' ? 'not known' : primary}`
  const broken = faults.filter(({ state }) => state === 'on').length
  const words =
    broken === 0
      ? 'Everything works'
      : broken === 1
        ? 'One thing is broken'
        : `${broken} things are broken`
  return `${words}; the primary is ${primary}`
}

theme(() => parts?.chart.draw())
listen(
  {
    scene: (scene) => {
      // After a reconnection the page is drawn already.
      parts ??= draw(scene)
    },
    sample: show,
    visit: (visit) => {
      parts?.visits.add(visit)
      // Those of before are told in one go when the page opens.
      if (Date.now() - visit.at < 2000) parts?.map.run(visit)
    },
    totals: (totals) => {
      parts?.visits.showTotals(totals)
      parts?.gauges.showTotals(totals)
    },
  },
  (isConnected) => {
    if (!isConnected) say(byId('status'), 'The connection is lost; trying again …')
  },
)
