/** The page that an agent serves, in a real browser beside a real cluster. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { findChromium, openBrowser } from '../../support/chromium.ts'
import { ConfiguredWorld, ready } from '../../support/cli/configured-world.ts'
import { ask, farNode, startGateway, type TestGateway } from '../../support/gateway.ts'
import { nodeIn } from '../../support/node-in.ts'

const TOKEN = 'the-token-of-the-page-of-fra'
const executable = findChromium()

// Nothing of the world is started where there is no browser to look at it.
describe.skipIf(executable === undefined)(
  'the page of an agent, in Chromium (skipped: none on the PATH)',
  () => {
    let world: World
    let configured: ConfiguredWorld
    let home: TestGateway
    let browser: Browser
    let page: Page
    let gatewayUrl: string
    let pageUrl: string
    const faults: string[] = []

    beforeAll(async () => {
      world = await startWorld({
        home: 'iad',
        regions: { fra: { nodes: ['standby'] } },
        schema: 'create table public.note (id serial primary key, body text)',
        distanceScale: 0,
      })
      home = await startGateway([world.primary])
      const [consumerPort, gatewayPort, pagePort] = [
        await world.freePort(),
        await world.freePort(),
        await world.freePort(),
      ]
      configured = await ConfiguredWorld.in(world, {
        gateway: { readThrough: true, logLevel: 'warn', listenHost: '127.0.0.1' },
        consumer: { host: '127.0.0.1', heartbeatMs: 100 },
        dashboard: { listen: `127.0.0.1:${pagePort}`, token: { env: 'PAGE_TOKEN' } },
      })
      await configured.run(['setup', '--apply'])
      const agent = configured.process('agent', ['agent', '--region', 'fra'], {
        TIDEGATE_PORT: String(consumerPort),
        TIDEGATE_GATEWAY_LISTEN_PORT: String(gatewayPort),
        TIDEGATE_GATEWAY_ELSEWHERE: JSON.stringify([farNode(world.primary, home.url)]),
        PAGE_TOKEN: TOKEN,
      })
      agent.spawn()
      await ready(`http://127.0.0.1:${consumerPort}/health`, agent)
      await ready(`http://127.0.0.1:${gatewayPort}/health`, agent)
      gatewayUrl = `http://127.0.0.1:${gatewayPort}/sql`
      pageUrl = `http://127.0.0.1:${pagePort}/`
      browser = await openBrowser(executable ?? '')
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
      page.on('pageerror', (error) => faults.push(error.message))
    })

    afterAll(async () => {
      await browser?.close()
      await home?.[Symbol.asyncDispose]()
      await world?.stop()
    })

    async function cell(region: string, title: string): Promise<string> {
      const row = page.locator(`.gauge.${region} dl div`, { hasText: title })
      return (await row.locator('dd').textContent()) ?? ''
    }

    test('nothing is shown before the token is given', async () => {
      await page.goto(pageUrl)
      expect(await page.locator('.gauge').count()).toBe(0)
      await page.getByLabel('The page’s token').fill('not-the-token-of-the-page')
      await page.getByRole('button', { name: 'Look' }).click()
      await page.getByText('That is not the token.').waitFor()
      await page.getByLabel('The page’s token').fill(TOKEN)
      await page.getByRole('button', { name: 'Look' }).click()
      await page.locator('.gauge').first().waitFor()
      expect(page.url()).toBe(pageUrl)
    })

    test('every region is there with its tide, and nothing that only the demo has', async () => {
      await until('the tides', async () => {
        const marks = await page.locator('#map .region .lag').allTextContents()
        return marks.length === 2 && marks.includes('primary') && !marks.includes('✕')
      })
      await until('the consumer', async () => (await cell('fra', 'Consumer')) === 'runs')
      expect(await cell('fra', 'Epoch')).toBe('1')
      expect(await cell('fra', 'Redis')).toBe('answers')
      // Nobody consumes for it.
      expect(await cell('iad', 'Consumer')).toBe('dead')
      for (const name of ['#break', '#try', '#total-prevented']) {
        expect([name, await page.locator(name).isVisible()]).toEqual([name, false])
      }
    })

    test('what its gateway answers is told, without texts and values', async () => {
      const standby = nodeIn(world, 'fra', 'standby')
      const text = `select body from note where body = 'a secret value'`
      await until('a hit', async () => {
        const { header } = await ask({ url: gatewayUrl }, standby, text)
        return header('tidegate-cache') === 'hit'
      })
      await until('it to be told', async () => {
        return Number(await page.locator('#total-cache').textContent()) > 0
      })
      await page.locator('#visits tr', { hasText: 'read public.note' }).first().waitFor()
      expect(await page.content()).not.toContain('a secret value')
      expect(await cell('fra', 'Its readers')).toContain('cache fra')
    })

    test('while the replica is paused its tide falls, and rises when it goes on', async () => {
      const standby = nodeIn(world, 'fra', 'standby')
      await standby.pauseReplay()
      try {
        await page.locator('.gauge.fra.low').waitFor()
        await page.locator('#map .region.fra.low').waitFor()
      } finally {
        await standby.resumeReplay()
      }
      await page.locator('#map .region.fra:not(.low)').waitFor()
      expect(faults).toEqual([])
    })

    test('an agent whose page would have no token, or a short one, does not start', async () => {
      const none = await configured.run(['agent', '--region', 'fra'])
      expect(none.code).toBe(2)
      expect(none.err).toContain('dashboard.token: expected the variable PAGE_TOKEN to be set')
      const short = await configured.run(['agent', '--region', 'fra'], {
        env: { PAGE_TOKEN: 'short' },
      })
      expect(short.code).toBe(2)
      expect(short.err).toContain('dashboard.token: expected at least 24 characters')
    })
  },
)
