/** The page as a person uses it, in a real browser before the whole demo. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Demo, startDemo } from '../../../infra/demo/demo.ts'
import { type Show, showDemo } from '../../../infra/demo/show.ts'
import { until } from '../../../infra/local/until.ts'
import { findChromium, openBrowser } from '../../support/chromium.ts'

const executable = findChromium()

// Nothing of the world is started where there is no browser to look at it.
describe.skipIf(executable === undefined)(
  'the page, in Chromium (skipped: none on the PATH)',
  () => {
    let demo: Demo
    let show: Show
    let browser: Browser
    let page: Page
    const faults: string[] = []

    beforeAll(async () => {
      demo = await startDemo({ distanceScale: 0.2 })
      show = await showDemo(demo, {
        port: await demo.world.freePort(),
        onFailure: (fault) => faults.push(fault),
      })
      browser = await openBrowser(executable ?? '')
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
      page.on('pageerror', (error) => faults.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text())
      })
      await page.goto(show.url)
      await page.locator('.gauge').first().waitFor()
    })

    afterAll(async () => {
      await browser?.close()
      await show?.[Symbol.asyncDispose]()
      await demo?.stop()
    })

    async function text(selector: string): Promise<string> {
      return (await page.locator(selector).textContent()) ?? ''
    }

    async function comment(words: string): Promise<void> {
      await page.getByLabel('Your comment').fill(words)
      await page.getByRole('button', { name: 'Comment, then read' }).click()
    }

    async function verdict(side: 'tidegate' | 'plain', words: string): Promise<void> {
      await until(`${side} to say «${words}»`, async () => {
        return (await text(`#side-${side} .verdict`)) === words
      }).catch(async (error: unknown) => {
        const said = await text(`#side-${side}`)
        throw new Error(`It says instead: ${said}`, { cause: error })
      })
    }

    test('shows every region with its tide, the links between them and who answers', async () => {
      await until('all regions to be full', async () => {
        const marks = await page.locator('#map .region .lag').allTextContents()
        return marks.length === 3 && marks.includes('primary') && !marks.includes('✕')
      })
      expect(await page.locator('#map .links text').count()).toBe(3)
      await until('visits to be told', async () => (await page.locator('#visits tr').count()) > 5)
      expect(await page.locator('.gauge dd').allTextContents()).not.toContain('dead')
      await until('the cache to answer', async () => Number(await text('#total-cache')) > 0)
    })

    test('a comment from Sydney is there at once on both sides while all is well', async () => {
      await page.getByRole('radio', { name: 'Sydney' }).check()
      // Without a tide the nearest database may be a moment behind: that is what it is here to show.
      await until('the plain side to keep up', async () => {
        await comment('before')
        await verdict('tidegate', 'Your comment is there.')
        await page.getByRole('button', { name: 'Read again' }).click()
        await until('an answer', async () => {
          return (await page.locator('#side-plain .steps li').count()) >= 3
        })
        return (await text('#side-plain .verdict')) === 'Your comment is there.'
      })
    })

    test('while Sydney’s replica is paused it is lost without Tidegate and found with it', async () => {
      const before = Number(await text('#total-prevented'))
      await page.getByRole('button', { name: 'Pause Sydney’s replica' }).click()
      await page.getByRole('button', { name: 'Let Sydney’s replica go on' }).waitFor()
      await comment('during')
      await verdict('tidegate', 'Your comment is there.')
      await verdict('plain', 'Your comment is missing.')
      expect(await text('#side-tidegate .steps')).toMatch(/wrote at iad-1.*read at (iad-1|fra-1)/)
      expect(await text('#side-plain .steps')).toContain('read at syd-1')
      expect(await page.locator('#side-tidegate .comments').textContent()).toContain('during')
      expect(await page.locator('#side-plain .comments').textContent()).not.toContain('during')

      await page.locator('#map .region.syd.low').waitFor()
      await page.locator('.gauge.syd.low').waitFor()
      await until('visitors to be saved as well', async () => {
        return Number(await text('#total-prevented')) > before
      })
    })

    test('when it goes on the tide rises, the comment is everywhere, and reads are near again', async () => {
      await page.getByRole('button', { name: 'Let Sydney’s replica go on' }).click()
      await page.locator('#map .region.syd:not(.low)').waitFor()
      await until('the comment to arrive', async () => {
        await page.getByRole('button', { name: 'Read again' }).click()
        return (await text('#side-plain .verdict')) === 'Your comment is there.'
      })
      await until('Tidegate to read in Sydney', async () => {
        await page.getByRole('button', { name: 'Read again' }).click()
        const last = await page.locator('#side-tidegate .steps li').last().textContent()
        return /read at (syd-1|cache)/.test(last ?? '')
      })
    })

    test('a cut link is on the map, and writes over it are refused in words', async () => {
      await page.getByRole('button', { name: 'Cut the link Virginia–Sydney' }).click()
      await page.locator('#map .links .cut').waitFor()
      await comment('cut off')
      // What was on its way when the link went, may have arrived.
      await until('the write to be refused', async () => {
        const said = await text('#side-tidegate .verdict')
        return /^The primary (?:cannot be reached: nothing|gave no answer)/.test(said)
      })
      await page.getByRole('button', { name: 'Heal the link Virginia–Sydney' }).click()
      await page.locator('#map .links .cut').waitFor({ state: 'detached' })
      await until('writes to be possible', async () => {
        await comment('healed')
        return (await text('#side-tidegate .verdict')) === 'Your comment is there.'
      })
    })

    test('Frankfurt takes over and gives back, and readers everywhere go on', async () => {
      await page.getByRole('button', { name: 'Lose Virginia, promote Frankfurt' }).click()
      const back = page.getByRole('button', { name: 'Give Virginia its place back' })
      await back.waitFor({ timeout: 40_000 })
      await until('Frankfurt to be primary on the map', async () => {
        return (await text('#map .region.fra .lag')) === 'primary'
      })
      expect(
        await page.getByRole('button', { name: 'Pause Frankfurt’s replica' }).isDisabled(),
      ).toBe(true)
      await until('a write to find it', async () => {
        await comment('after the failover')
        await until('a verdict', async () => !(await text('#side-tidegate .verdict')).endsWith('…'))
        return /wrote at fra-1/.test(await text('#side-tidegate .steps'))
      })
      await verdict('tidegate', 'Your comment is there.')

      await back.click()
      await page
        .getByRole('button', { name: 'Lose Virginia, promote Frankfurt' })
        .waitFor({ timeout: 60_000 })
      await until('a write to go home', async () => {
        await comment('after the return')
        await until('a verdict', async () => !(await text('#side-tidegate .verdict')).endsWith('…'))
        return /wrote at iad-1/.test(await text('#side-tidegate .steps'))
      })
      await verdict('tidegate', 'Your comment is there.')
      await until('all tide tables to go on', async () => {
        return (await page.locator('.gauge .wrong').count()) === 0
      })
    }, 150_000)

    test('everything can be reached and pressed by keyboard alone', async () => {
      await page.getByRole('button', { name: 'Flush Sydney’s Redis' }).focus()
      await page.keyboard.press('Tab')
      const name = await page.locator(':focus').textContent()
      expect(name).toBe('Lose Virginia, promote Frankfurt')
      await page.getByRole('radio', { name: 'Sydney' }).focus()
      await page.keyboard.press('ArrowLeft')
      expect(await page.getByRole('radio', { name: 'Frankfurt' }).isChecked()).toBe(true)
    })

    test('fits a phone, and is right in both themes', async () => {
      await page.setViewportSize({ width: 360, height: 740 })
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBe(360)
      const background = async (): Promise<unknown> =>
        await page.evaluate('getComputedStyle(document.body).backgroundColor')
      const light = await background()
      await page.getByRole('button', { name: 'Dark theme' }).click()
      expect(await background()).not.toBe(light)
    })

    test('nothing moves for who wants it still', async () => {
      await using still = await browser.newContext({ reducedMotion: 'reduce' })
      const quiet = await still.newPage()
      await quiet.goto(show.url)
      await until('visits to be told', async () => (await quiet.locator('#visits tr').count()) > 5)
      expect(await quiet.locator('#map .moving > *').count()).toBe(0)
      const first = await quiet.locator('#visits tr').first().textContent()
      await until('another visit', async () => {
        return (await quiet.locator('#visits tr').first().textContent()) !== first
      })
      expect(await quiet.locator('#map .moving > *').count()).toBe(0)
    })

    test('nothing of it has failed', () => {
      // What the cut link refused is no failure of the page: it says so itself.
      expect(faults).toEqual([])
    })
  },
)
