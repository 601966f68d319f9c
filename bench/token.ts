import type { Benchmark } from './benchmark.ts'

export const token: Benchmark = {
  summary: 'seal and open a signed session token',
  run: async (log) => {
    log('x')
    return await Promise.resolve({ a: 1 })
  },
}
