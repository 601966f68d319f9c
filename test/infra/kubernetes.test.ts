/** Each region's manifests, rendered by kubectl's Kustomize and judged by Kubernetes' schemas. */
import { beforeAll, describe, expect, test } from 'vitest'

import { readConfig } from '../../cli/config/config.ts'
import { consumerSettings } from '../../cli/services/consumer-settings.ts'
import { gatewayEnvironment } from '../../cli/services/gateway-environment.ts'
import { settingsFrom } from '../../gateway/settings/resolve.ts'
import { prometheusRule } from '../../infra/observability/prometheus-rule.ts'
import { onPath } from '../support/infra/debian-program.ts'
import { faultsOf, type Manifest, misspelt, render } from '../support/infra/kubernetes.ts'
import { at, entriesAt, listAt, textOf } from '../support/infra/repository.ts'
import { run } from '../support/infra/run.ts'

const REGIONS = ['iad', 'fra', 'syd']
const kubectl = await kubectlWithKustomize()

/** Debian's own is of before Kustomize had components. */
async function kubectlWithKustomize(): Promise<string | undefined> {
  const found = await onPath('kubectl')
  if (found === undefined) return undefined
  const { said } = await run(found, ['version', '--client'])
  return /Kustomize Version: v5/.test(said) ? found : undefined
}

test('what the Prometheus operator is given is what promtool has tested', async () => {
  const alerts = await textOf('infra/observability/alerts.yaml')
  const written = await textOf('infra/kubernetes/monitoring/prometheus-rule.yaml')
  expect(written, 'npm run generate:observability').toBe(prometheusRule(alerts))
})

function container(workload: unknown): unknown {
  return at(workload, 'spec', 'template', 'spec', 'containers', 0)
}

function labelsOf(workload: unknown): Record<string, unknown> {
  return Object.fromEntries(entriesAt(workload, 'spec', 'template', 'metadata', 'labels'))
}

function valueFor(name: string): string {
  const region = name.slice(0, 3).toLowerCase()
  if (name.endsWith('_DATABASE_URL')) return `postgresql://user:secret@${region}.db.example.com/app`
  if (name.endsWith('_REDIS_URL')) return `rediss://${region}.redis.example.com:6379`
  return 'a key of more than thirty-two characters'.replaceAll(' ', '-')
}

describe.skipIf(kubectl === undefined)(
  'rendered by kubectl (skipped without kubectl 1.27 or later)',
  () => {
    const rendered = new Map<string, readonly Manifest[]>()

    beforeAll(async () => {
      for (const region of REGIONS) {
        rendered.set(region, await render(kubectl ?? '', `infra/kubernetes/regions/${region}`))
      }
    })

    function of(region: string): readonly Manifest[] {
      return rendered.get(region) ?? []
    }

    function one(region: string, kind: string, name?: string): unknown {
      const found = of(region).filter(
        (each) => each.kind === kind && (name === undefined || each.name === name),
      )
      expect(found, `${kind} ${name}`).toHaveLength(1)
      return found[0]?.whole
    }

    function pods(region: string): readonly unknown[] {
      return [one(region, 'StatefulSet'), one(region, 'Deployment')]
    }

    test('each manifest is what the schema of its kind allows, and has no field that is unknown', async () => {
      for (const region of REGIONS) {
        expect(of(region).length).toBeGreaterThan(10)
        for (const manifest of of(region)) {
          expect(await faultsOf(manifest), `${manifest.kind} ${manifest.name}`).toBeUndefined()
        }
      }
      expect(await misspelt(REGIONS.flatMap(of))).toBe('')
    })

    test('a wrong type and a misspelt field are found', async () => {
      const service = of('fra').find(({ kind }) => kind === 'Service')
      const { whole = {}, ...names } = service ?? {}
      const broken = { kind: 'Service', name: 'broken', ...names }
      const wrong = { ...Object(whole), spec: { ports: [{ port: 'many' }] } }
      expect(await faultsOf({ ...broken, whole: wrong })).toContain('port')
      const misspeltOne = { ...Object(whole), spec: { selektor: {} } }
      expect(await misspelt([{ ...broken, whole: misspeltOne }])).toContain('selektor')
    })

    test('each selector finds the pods that it is about, and no others', () => {
      for (const region of REGIONS) {
        const [consumer, gateway] = pods(region).map(labelsOf)
        const selectors = {
          consumer: [
            at(one(region, 'StatefulSet'), 'spec', 'selector', 'matchLabels'),
            at(one(region, 'Service', 'consumer'), 'spec', 'selector'),
          ],
          gateway: [
            at(one(region, 'Deployment'), 'spec', 'selector', 'matchLabels'),
            at(one(region, 'Service', 'gateway'), 'spec', 'selector'),
            at(one(region, 'PodDisruptionBudget'), 'spec', 'selector', 'matchLabels'),
            at(one(region, 'NetworkPolicy', 'gateway'), 'spec', 'podSelector', 'matchLabels'),
          ],
        }
        for (const selector of selectors.consumer) {
          expect(consumer).toMatchObject(Object(selector))
          expect(gateway).not.toMatchObject(Object(selector))
        }
        for (const selector of selectors.gateway) {
          expect(gateway).toMatchObject(Object(selector))
          expect(consumer).not.toMatchObject(Object(selector))
        }
        const everything = at(
          one(region, 'NetworkPolicy', 'tidegate'),
          'spec',
          'podSelector',
          'matchLabels',
        )
        for (const labels of [consumer, gateway]) expect(labels).toMatchObject(Object(everything))
        expect(at(one(region, 'HorizontalPodAutoscaler'), 'spec', 'scaleTargetRef')).toEqual({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: 'gateway',
        })
      }
    })

    test('each pod has the configuration, its probes ask ports that it has, and it has no privilege', () => {
      const config = of('fra').find(({ kind }) => kind === 'ConfigMap')
      for (const workload of pods('fra')) {
        const pod = at(workload, 'spec', 'template', 'spec')
        expect(at(pod, 'volumes', 0, 'configMap', 'name')).toBe(config?.name)
        expect(pod).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        })
        const here = container(workload)
        const ports = listAt(here, 'ports').map((port) => at(port, 'name'))
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
          expect(ports).toContain(at(here, probe, 'httpGet', 'port'))
          expect(at(here, probe, 'httpGet', 'path')).toMatch(/^\/health\/(live|ready)$/)
        }
        expect(here).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { limits: { memory: expect.any(String) } },
        })
        expect(at(here, 'volumeMounts', 0)).toMatchObject({
          mountPath: '/etc/tidegate',
          readOnly: true,
        })
      }
    })

    test('requests that run may end before a gateway is killed', () => {
      const gateway = one('fra', 'Deployment')
      const pod = at(gateway, 'spec', 'template', 'spec')
      const pause = Number(at(container(gateway), 'lifecycle', 'preStop', 'sleep', 'seconds'))
      const { stopTimeoutMs } = settingsFrom({
        TIDEGATE_GATEWAY_NODES: '[{"name":"a","host":"a"}]',
      })
      expect(Number(at(pod, 'terminationGracePeriodSeconds'))).toBeGreaterThan(
        pause + stopTimeoutMs / 1000,
      )
    })

    test('no secret is in any of them: what is secret comes from one that is named', async () => {
      const example = await textOf('infra/kubernetes/secret.env.example')
      const held = [...example.matchAll(/^([A-Z_]+)=$/gm)].map(([, name]) => name)
      for (const region of REGIONS) {
        expect(of(region).some(({ kind }) => kind === 'Secret')).toBe(false)
        for (const workload of pods(region)) {
          expect(at(container(workload), 'envFrom')).toEqual([{ secretRef: { name: 'tidegate' } }])
          for (const variable of listAt(container(workload), 'env')) {
            const key = at(variable, 'valueFrom', 'secretKeyRef', 'key')
            if (key !== undefined) expect(held).toContain(key)
            else expect(String(at(variable, 'name'))).not.toMatch(/PASSWORD|_URL$|KEYS?$/)
          }
        }
      }
    })

    test('the services take what they are given', async () => {
      const example = await textOf('infra/kubernetes/secret.env.example')
      const secret = Object.fromEntries(
        [...example.matchAll(/^([A-Z_]+)=$/gm)].map(([, name = '']) => [name, valueFor(name)]),
      )
      for (const region of REGIONS) {
        for (const workload of pods(region)) {
          const own = listAt(container(workload), 'env').map((variable): [string, string] => {
            const key = at(variable, 'valueFrom', 'secretKeyRef', 'key')
            const value = typeof key === 'string' ? secret[key] : at(variable, 'value')
            return [String(at(variable, 'name')), String(value)]
          })
          const [, file] =
            entriesAt(of(region).find(({ kind }) => kind === 'ConfigMap')?.whole, 'data')[0] ?? []
          const config = readConfig(JSON.parse(String(file)), {
            ...secret,
            ...Object.fromEntries(own),
          })
          const [service, , name] = listAt(container(workload), 'args').map(String)
          if (service === 'consumer') {
            expect(consumerSettings(config, name)).toMatchObject({ slot: `tidegate_${region}` })
          } else {
            expect(settingsFrom(gatewayEnvironment(config, name))).toMatchObject({
              readThrough: true,
              region,
              redisUrl: secret[`${region.toUpperCase()}_REDIS_URL`],
            })
          }
        }
      }
    })

    test('what goes out is let out, and what Prometheus asks is let in', () => {
      const policy = one('fra', 'NetworkPolicy', 'tidegate')
      const out = listAt(policy, 'spec', 'egress').flatMap((rule) => listAt(rule, 'ports'))
      for (const port of [53, 5432, 6379, 443])
        expect(out.map((each) => at(each, 'port'))).toContain(port)
      const letIn = listAt(policy, 'spec', 'ingress', 0, 'ports').map((each) => at(each, 'port'))
      const named = pods('fra').map((workload) =>
        at(container(workload), 'ports', 0, 'containerPort'),
      )
      expect(new Set(letIn)).toEqual(new Set(named))
      const monitored = listAt(one('fra', 'ServiceMonitor'), 'spec', 'endpoints').map((each) =>
        at(each, 'port'),
      )
      const served = ['consumer', 'gateway'].map((name) =>
        at(one('fra', 'Service', name), 'spec', 'ports', 0, 'name'),
      )
      expect(monitored).toEqual(served)
    })
  },
)
