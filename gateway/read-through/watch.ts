/** What operators are told of read-through: where reads are answered, and what goes wrong. */
import type { QueryEvent } from '../../src/client/query-event.ts'

export interface ReadThroughWatch {
  readonly queried: (event: QueryEvent) => void
  /** An answer was given again as it was written: nothing was asked for it. */
  readonly again: () => void
  /** A request came with a token of writes that went down with a former primary, surely or maybe. */
  readonly lostWrites: (certainty: 'yes' | 'maybe') => void
  /** A node has failed so often that it is left alone for a while. */
  readonly breakerOpened: (node: string) => void
}
