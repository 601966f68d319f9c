import { defineConfig, type OxlintOverride } from 'oxlint'

/**
 * The layers of the design, lowest first: a file imports from its own folder and from lower layers,
 * never from a neighbour in its layer and never from a higher one.
 */
const layers = [
  ['src/errors'],
  ['src/breaker', 'src/check'],
  ['src/tide'],
  ['src/sql'],
  ['src/cache', 'src/drivers', 'src/topology'],
  ['src/gate'],
  ['src/client'],
  ['src/thin'],
  ['src/adapters'],
  ['workers', 'gateway', 'redis-http', 'cdc-consumer', 'cli', 'infra', 'dashboard'],
  ['bench', 'examples', 'simulation', 'test'],
]

const nodeOnly = [
  'node:*',
  '**/drivers/node/**',
  './node/**',
  'pg',
  'pg/*',
  'ioredis',
  'pg-logical-replication',
  '@hono/node-server',
]

const edgeRule = { group: nodeOnly, message: 'This runs at the edge: Web APIs only.' }

/** The folders that code in `folder` must not import, by any way of writing them. */
function forbidden(folder: string, level: number): { group: string[]; message: string }[] {
  const inSdk = folder.startsWith('src/')
  const patterns = layers
    // Deployables and tests may know their neighbours: the command line starts services.
    .slice(inSdk ? level : level + 1)
    .flat()
    .filter((other) => other !== folder)
    .map((other) => {
      // Inside `src` a neighbour is written without the `src/`: `../gate/need.ts`.
      const name = other.replace('src/', '')
      return {
        group: [`**/${name}/**`, `**/${name}.ts`],
        message: `${folder} must not import ${other}: layers point one way (docs/design.md).`,
      }
    })
  return inSdk || folder === 'workers' ? [...patterns, edgeRule] : patterns
}

/** What no import graph may hide: an edge file reaching for Node, a layer reaching to its right. */
const layerRules = layers.flatMap((folders, level) =>
  folders.map((folder): OxlintOverride => ({
    files: [`${folder}/**/*.ts`, `${folder}.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: forbidden(folder, level) }] },
  })),
)

/** The driver over TCP is for servers, an entry of its own. Nothing else in `src` may import it. */
const nodeDriver: OxlintOverride = {
  files: ['src/drivers/node/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbidden('src/drivers', 3).filter((rule) => rule !== edgeRule) },
    ],
  },
}

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  // Projects of their own, with dependencies of their own: a test of each runs its compiler.
  ignorePatterns: ['dist', '**/*.generated.ts', 'infra/pulumi', 'test/package'],
  rules: {
    eqeqeq: 'error',
    'max-lines': ['error', { max: 400, skipComments: true }],
    'no-await-in-loop': 'off',
    'no-console': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    // tsc says so where it is true (noImplicitReturns), and knows when a switch is exhaustive.
    'typescript/consistent-return': 'off',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
  },
  overrides: [
    {
      files: ['src/*.ts'],
      rules: { 'no-restricted-imports': ['error', { patterns: [edgeRule] }] },
    },
    ...layerRules,
    nodeDriver,
    {
      // Programs talk to a terminal; configuration files and Workers have one default export.
      files: [
        '**/main.ts',
        'test/workerd/worker.ts',
        'test/consistency/worker/**',
        'bench/**',
        'examples/**',
        '*.config.ts',
        '**/global-setup.ts',
        'workers/**',
      ],
      rules: { 'no-console': 'off', 'import/no-default-export': 'off' },
    },
  ],
})
