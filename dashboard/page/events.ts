/** What the server tells, typed. */
import type { Events } from '../shapes.ts'

type Listeners = { readonly [Name in keyof Events]: (data: Events[Name]) => void }

export function listen(listeners: Listeners, onConnected: (isConnected: boolean) => void): void {
  const source = new EventSource('/events')
  source.addEventListener('open', () => onConnected(true))
  source.addEventListener('error', () => {
    // The browser connects anew by itself, unless it was refused: then the server asks who it is.
    if (source.readyState === EventSource.CLOSED) location.reload()
    else onConnected(false)
  })
  on(source, 'scene', listeners.scene)
  on(source, 'sample', listeners.sample)
  on(source, 'visit', listeners.visit)
  on(source, 'totals', listeners.totals)
}

function on<Name extends keyof Events>(
  source: EventSource,
  name: Name,
  listener: (data: Events[Name]) => void,
): void {
  source.addEventListener(name, (event: MessageEvent<unknown>) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own server wrote it
    listener(JSON.parse(String(event.data)) as Events[Name])
  })
}
