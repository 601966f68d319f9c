/** Colours, where the terminal has them and nobody forbade them. */
import { styleText } from 'node:util'

import type { Io } from '../io.ts'

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'gray' | 'bold'

export type Paint = (colour: Colour, text: string) => string

export function painter(io: Io): Paint {
  return (colour, text) =>
    io.hasColour ? styleText(colour, text, { validateStream: false }) : text
}
