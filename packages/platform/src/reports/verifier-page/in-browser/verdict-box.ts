// The answer in a word and a sentence, first of all.

import type { ReceiptReport } from '@proofhouse/evidence'
import type { Outcome } from '../check-file.ts'
import { filled, type Words } from '../words-english.ts'
import { code, type Child, el, sentence } from './elements.ts'

/** How an outcome is told: its colour, its sign and its words. */
export interface Headline {
  readonly tone: 'pass' | 'warn' | 'fail' | 'inconclusive'
  readonly icon: string
  readonly title: string
  readonly text: string
  /** The program's own reason, in English. */
  readonly reason: string | null
}

/** The headline of an outcome. Only what comes from logs and signers that were named is told as holding. */
export function headlineOf(outcome: Outcome, words: Words): Headline {
  if (outcome.kind === 'refused') return failed(words.refused, words.refusedText, outcome.reason)
  if (outcome.kind === 'undecided') return undecided(outcome, words)
  if (outcome.kind === 'receipt') return ofReceipt(outcome.report, words)
  const { logEstablished, signersEstablished } = outcome.report
  return logEstablished && signersEstablished
    ? holds(words.packValid, words.packValidText)
    : fits(words.packUnknown, words.packUnknownText)
}

function undecided(
  { why, reason }: Extract<Outcome, { kind: 'undecided' }>,
  words: Words,
): Headline {
  const told = { tone: 'inconclusive', icon: '?' } as const
  if (why === 'browser-too-old')
    return { ...told, title: words.undecided, text: words.browserTooOld, reason: null }
  const title = why === 'trust-unreadable' ? words.trustUnreadable : words.undecided
  return { ...told, title, text: words.undecidedText, reason }
}

function ofReceipt(report: ReceiptReport, words: Words): Headline {
  const { verdict, logEstablished, erasureEstablished } = report
  const statement = { n: report.erasure?.index ?? '' }
  if (verdict === 'missing') return failed(words.missing, words.missingText, null)
  if (verdict === 'withheld')
    return {
      tone: 'warn',
      icon: '!',
      title: words.withheld,
      text: words.withheldText,
      reason: null,
    }
  if (verdict === 'erased')
    return logEstablished && erasureEstablished === true
      ? holds(words.erased, filled(words.erasedText, statement))
      : fits(words.erasedUnknown, filled(words.erasedUnknownText, statement))
  return logEstablished
    ? holds(words.valid, words.validText)
    : fits(words.validUnknown, words.validUnknownText)
}

const holds = (title: string, text: string): Headline => ({
  tone: 'pass',
  icon: '✓',
  title,
  text,
  reason: null,
})
const fits = (title: string, text: string): Headline => ({
  tone: 'inconclusive',
  icon: fitsIcon,
  title,
  text,
  reason: null,
})
const failed = (title: string, text: string, reason: string | null): Headline => ({
  tone: 'fail',
  icon: '✕',
  title,
  text,
  reason,
})

const fitsIcon = '≈'

/** The box. */
export function verdictBox({ tone, icon, title, text, reason }: Headline, words: Words): Child {
  return el(
    'div',
    { class: `decision ${tone}` },
    el('span', { class: 'icon', 'aria-hidden': 'true' }, icon),
    el(
      'div',
      {},
      el('strong', {}, title),
      el('p', {}, sentence(text)),
      icon === fitsIcon
        ? el('p', { class: 'reason' }, el('a', { href: '#origin' }, words.origin))
        : null,
      reason === null
        ? null
        : el(
            'p',
            { class: 'reason' },
            `${words.technical} `,
            el('bdi', { lang: 'en', dir: 'ltr' }, code(reason)),
          ),
    ),
  )
}
