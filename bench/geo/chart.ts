import type { MeasuredLane } from '../geo.ts'
export function chart(measured: readonly MeasuredLane[]): string {
  return String(measured.length)
}
