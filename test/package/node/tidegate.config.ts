import { defineConfig } from 'tidegate/config'

export default defineConfig({
  primary: { name: 'iad-1', region: 'iad', url: { env: 'PRIMARY_URL' } },
  replicas: [{ name: 'fra-1', region: 'fra', url: { env: 'FRA_URL' } }],
  redis: { fra: { env: 'REDIS_URL' } },
  tokenKeys: [{ env: 'TOKEN_KEY' }],
})
