/** All commands, in the order in which one comes to need them. */
import type { Command } from '../command.ts'
import { capacityCommand } from './capacity.ts'
import { devCommand } from './dev.ts'
import { doctorCommand } from './doctor.ts'
import { drillCommand } from './drill.ts'
import { explainCommand } from './explain.ts'
import { initCommand } from './init.ts'
import { agentCommand, consumerCommand, gatewayCommand } from './services.ts'
import { setupCommand } from './setup.ts'
import { statusCommand } from './status.ts'

export const commands: readonly Command[] = [
  devCommand,
  initCommand,
  setupCommand,
  doctorCommand,
  statusCommand,
  explainCommand,
  consumerCommand,
  gatewayCommand,
  agentCommand,
  capacityCommand,
  drillCommand,
]
