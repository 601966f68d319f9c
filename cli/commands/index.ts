/** All commands, in the order in which one comes to need them. */
import type { Command } from '../command.ts'
import { explainCommand } from './explain.ts'

export const commands: readonly Command[] = [explainCommand]
