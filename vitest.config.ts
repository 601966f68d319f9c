import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** Edge code is tested by the same files in all three runtimes it ships to. */
const portable = [
  'test/unit/breaker.test.ts',
  'test/unit/{tide,sql,cache,drivers,topology,gate,client}/**/*.test.ts',
]

/** The SDK where it will run, against a world that Node keeps beside it. */
const runtimes = {
  include: ['test/runtimes/**/*.test.ts'],
  globalSetup: './test/runtimes/global-setup.ts',
  testTimeout: 60_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './test/workerd/wrangler.jsonc' } })],
        test: {
          name: 'workerd',
          include: ['test/workerd/**/*.test.ts', ...portable],
          exclude: ['test/workerd/gateway/**'],
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './test/workerd/wrangler.jsonc' } })],
        test: {
          name: 'workerd-gateway',
          include: ['test/workerd/gateway/**/*.test.ts'],
          globalSetup: './test/support/workerd-gateway/global-setup.ts',
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'edge',
          environment: 'edge-runtime',
          include: ['test/edge/**/*.test.ts', ...portable],
        },
      },
      {
        test: {
          name: 'world',
          include: ['test/world/**/*.test.ts'],
          globalSetup: './test/world/global-setup.ts',
          // Each file runs a world of its own, with a dozen processes: one at a time on two cores.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // What is deployed, by the checkers of its own kinds, and as processes of a world.
        test: {
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          globalSetup: './test/world/global-setup.ts',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './test/workerd/wrangler.jsonc' } })],
        test: { name: 'world-workerd', ...runtimes, sequence: { groupOrder: 2 } },
      },
      {
        test: {
          name: 'world-edge',
          environment: 'edge-runtime',
          ...runtimes,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
