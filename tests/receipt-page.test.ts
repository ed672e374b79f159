/// <reference lib="dom" />
// The page that verifies receipts and packs, in a real browser, from a file, without a network.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  canonicalJson,
  commit,
  decisionType,
  encodeDecisionEntry,
  encodeReceipt,
  fromBase64,
  receiptType,
  textOf,
  toBase64,
} from '@proofhouse/evidence'
import { type Browser, chromium, type FileChooser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteKey } from '../packages/evidence/src/note-keys.fixture.ts'
import { logOf } from '../packages/evidence/src/small-log.fixture.ts'
import { findChromium } from '../scripts/chromium.mjs'
import pack from '../spec/vectors/pack.json' with { type: 'json' }
import vectors from '../spec/vectors/receipts.json' with { type: 'json' }
import { newFolder, proofhouse } from './assess/run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)
const executablePath = findChromium()
const packBytes = Buffer.from(pack.pack, 'base64')

/** A closed network must not slow the browser down, and nobody looks at what it paints. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
]

/** Names that would do something if they were taken for markup, or that would turn the text around them. */
const hostile =
  '<img src=x onerror="document.title=1"></script><script>document.title=1</script>\u202e'

/** A receipt that holds, of a decision in which everything is hostile. */
async function hostileReceipt(): Promise<Uint8Array> {
  const value = { [hostile]: hostile, b: [null, '', {}] }
  const salt = new Uint8Array(16)
  const name = `input/${hostile}`
  const commitments = {
    output: toBase64(commit({ name: 'output', salt, value: canonicalJson(value) })),
    [name]: toBase64(commit({ name, salt, value: canonicalJson(1) })),
  }
  const entry = encodeDecisionEntry({
    type: decisionType,
    deployment: 'credit',
    model: 'ab'.repeat(32),
    source: 's',
    sequence: 0,
    time: '2026-01-31T12:00:00Z',
    commitments,
    corrects: { log: hostile, index: 0 },
  })
  const { proofOf } = await logOf([textOf(entry), 'x'], 'example.org/decisions', 0)
  return encodeReceipt({
    type: receiptType,
    entry: textOf(entry),
    revealed: { output: { salt: toBase64(salt), value } },
    proof: await proofOf(0),
    logKey: noteKey('example.org/decisions', 0).vkey,
    erasure: null,
  })
}

const all = [...vectors.valid, ...vectors.invalid]
function receiptNamed(name: string): string {
  const found = all.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no vector is named ${name}`)
  return JSON.stringify(found.receipt)
}

function writePage(...args: readonly string[]): void {
  const { status, err } = proofhouse('receipt', 'page', ...args)
  if (status !== 0) throw new Error(err)
}

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let browser: Browser
  let page: Page
  const requests: string[] = []
  const wrong: string[] = []

  beforeAll(async () => {
    writePage('--out', at('verify.html'))
    writeFileSync(at('receipt.json'), receiptNamed('some groups are shown'))
    writeFileSync(at('hostile.json'), await hostileReceipt())
    for (const name of ['receipt', 'hostile'])
      writePage(at(`${name}.json`), '--out', at(`${name}.html`))
    const root = process.getuid?.() === 0
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [...(root ? ['--no-sandbox'] : []), ...quiet],
    })
    const context = await browser.newContext({ offline: true, locale: 'en-US' })
    context.on('request', (request) => requests.push(request.url()))
    context.on('weberror', (error) => wrong.push(error.error().message))
    context.on('console', (message) => wrong.push(message.text()))
    page = await context.newPage()
  })

  afterAll(async () => {
    await browser.close()
  })

  /** Opens a page in the one tab, which all tests share. */
  async function open(name: string): Promise<void> {
    await page.goto(pathToFileURL(at(name)).href)
  }

  /** Gives the page a file, and waits until it says what came of it. */
  async function give(name: string, content: string | Uint8Array): Promise<string> {
    await page.evaluate(() => document.getElementById('result')?.remove())
    const buffer = Buffer.from(content)
    await page.setInputFiles('#file', { name, mimeType: 'application/octet-stream', buffer })
    await page.waitForSelector('#result')
    return toneOf()
  }

  const toneOf = async () =>
    (await page.getAttribute('#result .decision', 'class'))?.replace('decision ', '') ?? ''
  const textOfPage = () => page.innerText('body')

  async function trusting(): Promise<string> {
    const { trust } = vectors
    const fields = { log: trust.decisions, evidence: trust.evidence, keys: trust.keys.join('\n') }
    for (const [name, text] of Object.entries(fields)) {
      const field = page.locator(`#trust-${name}`)
      if ((await field.count()) > 0) await field.fill(text)
    }
    await page.evaluate(() => document.getElementById('result')?.remove())
    await page.click('#origin button')
    await page.waitForSelector('#result')
    return toneOf()
  }

  test.each([
    ['everything is shown', 'inconclusive', 'whose it is, is not established'],
    ['nothing is shown', 'warn', 'The content is withheld'],
    ['erased, final', 'inconclusive', 'no key is left that could open it'],
    ['an entry that the proof does not lead to', 'fail', 'This decision is not in the log'],
    ['a value was changed', 'fail', '`output` is not what was committed to'],
    ['a checkpoint whose signature was changed', 'fail', 'This does not hold'],
  ])('%s: %s', async (name, tone, said) => {
    await open('verify.html')
    expect(await give('receipt.json', receiptNamed(name))).toBe(tone)
    expect(await textOfPage()).toContain(said)
  })

  test('named logs, witnesses and keys make it hold; a witness that is not there leaves it open', async () => {
    await open('verify.html')
    const shown = receiptNamed('everything is shown, and a witness has seen the log')
    expect(await give('a.json', shown)).toBe('inconclusive')
    expect(await trusting()).toBe('pass')
    expect(await textOfPage()).toContain('Seen by the witness w1, at 2026-01-31')
    const erased = receiptNamed('erased, with a witness and keys from elsewhere')
    await page.reload()
    expect(await give('b.json', erased)).toBe('inconclusive')
    expect(await trusting()).toBe('pass')
    expect(await textOfPage()).toContain('statement 1 says that it was erased')
    expect(await give('c.json', receiptNamed('everything is shown'))).toBe('inconclusive')
    expect(await textOfPage()).toContain('It could not be decided')
  })

  test('a pack, a pack with a byte changed, and one that is cut short', async () => {
    await open('verify.html')
    expect(await give('pack.zip', packBytes)).toBe('inconclusive')
    expect(await textOfPage()).toContain('https://in-toto.io/attestation/test-result/v0.1')
    await page.fill('#trust-log', pack.trustPolicy)
    await page.fill('#trust-keys', readKey())
    await page.click('#origin button')
    await page.waitForSelector('#result .pass, #result.pass, .decision.pass')
    const altered = Buffer.from(packBytes)
    altered[40] = (altered[40] ?? 0) ^ 1
    expect(await give('pack.zip', altered)).toBe('fail')
    expect(await give('pack.zip', packBytes.subarray(0, -9))).toBe('fail')
  })

  test('a receipt in the page is shown at once, and the page can be checked in another', async () => {
    await open('receipt.html')
    await page.waitForSelector('#result')
    const text = await textOfPage()
    for (const said of ['credit-eu', 'approved', '52000.5', 'entry 2 of example.org/decisions'])
      expect(text).toContain(said)
    const shown = await page.innerText('#shown')
    await open('verify.html')
    await give('receipt.html', readFileSync(at('receipt.html')))
    expect(await page.innerText('#shown')).toBe(shown)
  })

  test('what a stranger wrote stays text', async () => {
    await open('hostile.html')
    await page.waitForSelector('#shown')
    expect(await page.title()).toBe('Receipt of a decision')
    expect(await page.locator('#page img, #page script').count()).toBe(0)
    const text = await textOfPage()
    expect(text).toContain('<img src=x onerror="document.title=1">')
    expect(text).toContain('⟨U+202E⟩')
    expect(text).not.toContain('\u202e')
  })

  test('dropped and pasted; what is too large is refused with a sentence', async () => {
    await open('verify.html')
    const drop = (size: number) =>
      page.evaluate((length) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([new Uint8Array(length)], 'dropped.json'))
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }))
      }, size)
    await drop(17 * 2 ** 20)
    await page.waitForSelector('#result')
    expect(await textOfPage()).toContain('it has 17 MB, and this page reads 16 MB at most')
    await drop(3)
    await page.waitForSelector('#result .fail, .decision.fail')
    await page.click('summary')
    await page.fill('#pasted', ` ${receiptNamed('nothing is shown')}\n`)
    await page.click('#choose button')
    await page.waitForSelector('.decision.warn')
    expect(await page.innerText('#status')).toBe('The content is withheld')
  })

  test('a browser that cannot check signatures says so, and calls nothing forged', async () => {
    await open('verify.html')
    await page.evaluate(() => {
      crypto.subtle.importKey = () => Promise.reject(new Error('Ed25519 is not supported'))
    })
    expect(await give('a.json', receiptNamed('everything is shown'))).toBe('inconclusive')
    expect(await textOfPage()).toContain('This browser cannot check Ed25519 signatures')
  })

  test('by keyboard alone, and each field has its label', async () => {
    await open('receipt.html')
    await page.waitForSelector('#result')
    const reached: string[] = []
    for (let n = 0; n < 12 && reached.at(-1) !== 'file'; n++) {
      await page.keyboard.press('Tab')
      reached.push(await page.evaluate(() => document.activeElement?.id ?? ''))
    }
    expect(reached).toEqual(expect.arrayContaining(['language', 'trust-log', 'file']))
    // On a busy machine the browser may not yet be listening when the first key comes.
    let chooser: FileChooser | null = null
    for (let n = 0; n < 5 && chooser === null; n++) {
      const opened = page.waitForEvent('filechooser', { timeout: 5_000 }).catch(() => null)
      await page.keyboard.press('Enter')
      chooser = await opened
    }
    await chooser?.setFiles(at('hostile.json'))
    await page.waitForSelector('text=Result for hostile.json')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('result')
    const unlabelled = await page.evaluate(() =>
      [...document.querySelectorAll('input, textarea')]
        .filter((field) => document.querySelector(`label[for="${field.id}"]`) === null)
        .map((field) => field.id),
    )
    expect(unlabelled).toEqual([])
  })

  test('in Arabic it runs from right to left, says so, and keeps what was typed', async () => {
    await open('receipt.html')
    await page.waitForSelector('#result')
    await page.fill('#trust-log', 'typed')
    await page.click('#language')
    expect(await page.getAttribute('html', 'dir')).toBe('rtl')
    expect(await page.getAttribute('html', 'lang')).toBe('ar')
    expect(await textOfPage()).toContain('لم يراجعها')
    expect(await page.inputValue('#trust-log')).toBe('typed')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('language')
  })

  test('at the width of a telephone nothing but a table is wider than the page', async () => {
    await open('receipt.html')
    await page.setViewportSize({ width: 320, height: 640 })
    await page.waitForSelector('#result')
    for (const language of ['en', 'ar']) {
      expect(await page.getAttribute('html', 'lang')).toBe(language)
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(wider).toBeLessThanOrEqual(0)
      await page.click('#language')
    }
  })

  test('nothing was asked of anybody, and nothing went wrong on the way', () => {
    expect(requests.length).toBeGreaterThan(5)
    expect(requests.filter((url) => !/^file:.*\.html$/.test(url))).toEqual([])
    expect(wrong).toEqual([])
  })

  test('a request, a script and a style of its own are refused by its policy', async () => {
    await open('verify.html')
    const refused = await page.evaluate(async () => {
      const seen: string[] = []
      document.addEventListener('securitypolicyviolation', (event) =>
        seen.push(event.effectiveDirective),
      )
      await fetch('https://example.org/').catch(() => null)
      const script = document.createElement('script')
      script.textContent = 'document.title = "ran"'
      const style = document.createElement('style')
      style.textContent = 'body{color:red}'
      const image = document.createElement('img')
      image.src = 'https://example.org/x.png'
      document.body.append(script, style, image)
      await new Promise((later) => setTimeout(later, 50))
      return seen
    })
    expect(new Set(refused)).toEqual(
      new Set(['connect-src', 'script-src-elem', 'style-src-elem', 'img-src']),
    )
  })
})

/** The public key that the pack's statements are signed with, as it stands in the pack. */
function readKey(): string {
  const text = new TextDecoder('latin1').decode(fromBase64(pack.pack))
  return /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/.exec(text)?.[0] ?? ''
}
