// The program of the verifier's page. It reads a file, has it checked, and shows what came of it; it makes no request and keeps nothing.

import type { Bytes } from '@proofhouse/evidence'
import { checkFile, isPack, type Outcome, packSizeMaxBytes } from '../check-file.ts'
import { receiptElementId, receiptSizeMaxBytes } from '../embedded-receipt.ts'
import type { TrustTexts } from '../trust-text.ts'
import { arabic } from '../words-arabic.ts'
import { english, filled, type Words } from '../words-english.ts'
import { choosePart, takeDrops } from './choose-part.ts'
import { type Child, el, part, sentence } from './elements.ts'
import { originPart } from './origin-part.ts'
import { packParts } from './pack-view.ts'
import { placed, receiptParts } from './receipt-view.ts'
import { type Headline, headlineOf, verdictBox } from './verdict-box.ts'

/** What is being checked. */
interface Checked {
  readonly name: (words: Words) => string
  readonly bytes: Bytes
  readonly outcome: Outcome
}

const megabyte = 1_048_576
const embedded = document.getElementById(receiptElementId)?.textContent ?? null

let words: Words = navigator.language.startsWith('ar') ? arabic : english
let checked: Checked | null = null
/** Why there is nothing to check, in the language of the moment. */
let trouble: ((words: Words) => string) | null = null
let texts: TrustTexts = { log: '', evidence: '', keys: '' }
/** A check that is overtaken by a later one says nothing. */
let latest = 0

const place = document.getElementById('page') ?? document.body
const status = document.getElementById('status') ?? document.body

function render(): void {
  const language = words === arabic ? 'ar' : 'en'
  document.documentElement.lang = language
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr'
  document.title = embedded === null ? words.title : words.titleOfOne
  const choose = choosePart(
    { file: (file) => void take(file), text: (text) => void takeText(text) },
    checked === null,
    words,
  )
  place.replaceChildren(
    el('a', { class: 'skip', href: '#result' }, words.skip),
    top(),
    el('main', {}, body(choose)),
    el('footer', {}, el('p', {}, filled(words.footer, { version: versionOf() }))),
  )
}

const versionOf = () =>
  document.querySelector('meta[name=generator]')?.getAttribute('content')?.split(' ')[1] ?? ''

function top(): HTMLElement {
  const [other, label] =
    words === arabic ? ([english, 'English'] as const) : ([arabic, 'العربية'] as const)
  return el(
    'header',
    { class: 'top' },
    el(
      'p',
      { class: 'eyebrow bar' },
      el('span', {}, words.eyebrow),
      el(
        'button',
        {
          type: 'button',
          id: 'language',
          lang: other === arabic ? 'ar' : 'en',
          onclick: () => {
            words = other
            render()
            document.getElementById('language')?.focus()
          },
        },
        label,
      ),
    ),
    el('h1', {}, embedded === null ? words.title : words.titleOfOne),
    el('p', { class: 'purpose muted' }, words.lead),
    words.unreviewed === '' ? null : el('p', { class: 'purpose small muted' }, words.unreviewed),
  )
}

function body(choose: Child): Child {
  if (trouble !== null)
    return [
      resultPart(words.result, {
        tone: 'inconclusive',
        icon: '?',
        title: words.undecided,
        text: trouble(words),
        reason: null,
      }),
      choose,
    ]
  if (checked === null) return [choose, limitsPart('receipt')]
  const { outcome, name, bytes } = checked
  const form = {
    texts,
    isPack: isPack(bytes),
    change: (field: keyof TrustTexts, text: string) => {
      texts = { ...texts, [field]: text }
    },
    checkAgain: () => void check(name, bytes),
  }
  const isProven =
    outcome.kind === 'pack' || (outcome.kind === 'receipt' && outcome.report.verdict !== 'missing')
  const isCompared = Object.values(texts).some((text) => text.trim() !== '')
  return [
    resultPart(placed(words.resultOf, { name: name(words) }), headlineOf(outcome, words)),
    outcome.kind === 'receipt' ? receiptParts(outcome.report, outcome.erasure, words) : null,
    outcome.kind === 'pack' ? packParts(outcome.report, outcome.verdicts, words) : null,
    isProven || isCompared ? originPart(outcome, form, words) : null,
    isProven ? limitsPart(outcome.kind) : null,
    choose,
  ]
}

function resultPart(heading: Child, headline: Headline): Child {
  return el(
    'section',
    { class: 'result', id: 'result', tabindex: '-1', 'aria-labelledby': 'result-h' },
    el('h2', { id: 'result-h' }, heading),
    verdictBox(headline, words),
  )
}

function limitsPart(kind: Outcome['kind']): Child {
  return part(
    'limits',
    words.limits,
    el(
      'ul',
      {},
      el('li', {}, kind === 'pack' ? words.limitData : words.limitRight),
      el('li', {}, words.limitTime),
      el('li', {}, sentence(words.limitPage)),
    ),
  )
}

/** Shows a result; whoever asked for it is taken there, and it is said to whoever listens. */
function show(announcement: string, isAsked: boolean): void {
  render()
  status.textContent = announcement
  if (!isAsked) return
  const result = document.getElementById('result')
  result?.focus({ preventScroll: true })
  result?.scrollIntoView()
}

function refuse(why: (words: Words) => string): void {
  checked = null
  trouble = why
  show(why(words), true)
}

async function check(name: Checked['name'], bytes: Bytes, isAsked = true): Promise<void> {
  latest += 1
  const turn = latest
  status.textContent = filled(words.checking, { name: name(words) })
  // A pack can take seconds: let that be seen first.
  await new Promise((shown) => setTimeout(shown, 0))
  try {
    const outcome = await checkFile(bytes, texts)
    if (turn !== latest) return
    trouble = null
    checked = { name, bytes, outcome }
    show(headlineOf(outcome, words).title, isAsked)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    refuse((now) => filled(now.unexpected, { message }))
  }
}

async function take(file: File): Promise<void> {
  try {
    const pack = isPack(new Uint8Array(await file.slice(0, 2).arrayBuffer()))
    const limit = pack ? packSizeMaxBytes : receiptSizeMaxBytes
    if (file.size > limit) {
      const size = Math.ceil(file.size / megabyte)
      refuse((now) => filled(now.tooLarge, { size, limit: limit / megabyte }))
      return
    }
    const bytes = new Uint8Array(await file.arrayBuffer())
    await check(() => file.name, bytes)
  } catch {
    refuse((now) => now.unreadable)
  }
}

async function takeText(text: string): Promise<void> {
  const limit = receiptSizeMaxBytes / megabyte
  // No character takes less than a byte.
  if (text.length > receiptSizeMaxBytes) {
    refuse((now) => filled(now.tooLarge, { size: Math.ceil(text.length / megabyte), limit }))
    return
  }
  await check((now) => now.pastedName, new TextEncoder().encode(text.trim()))
}

takeDrops((file) => void take(file))
render()
if (embedded !== null)
  void check((now) => now.embeddedName, new TextEncoder().encode(embedded), false)
