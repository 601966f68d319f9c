/** `tidegate/gateway`: exports only. */
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts'
export { type GatewayServer, serve } from './http/server.ts'
export type { NodeConfig } from './nodes.ts'
export type { CurrentHistory } from './positions/histories.ts'
export { startGatewayFrom } from './run.ts'
export { type GivenSettings, resolveSettings, settingsFrom } from './settings/resolve.ts'
export type { GatewaySettings } from './settings/settings.ts'
