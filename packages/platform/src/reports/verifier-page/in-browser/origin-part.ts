// Whose word it is: what is established, what it would take for it to be false, and fields to say whom to believe.

import type { Outcome } from '../check-file.ts'
import type { TrustTexts } from '../trust-text.ts'
import type { Words } from '../words-english.ts'
import { type Child, code, el, part } from './elements.ts'
import { placed } from './receipt-view.ts'

/** What was typed, and what to do with it. */
export interface OriginForm {
  readonly texts: TrustTexts
  readonly isPack: boolean
  change(name: keyof TrustTexts, text: string): void
  checkAgain(): void
}

/** The part. */
export function originPart(outcome: Outcome, form: OriginForm, words: Words): Child {
  return part(
    'origin',
    words.origin,
    establishedList(outcome, words),
    trustForm(outcome, form, words),
  )
}

function establishedList(outcome: Outcome, words: Words): Child {
  if (outcome.kind !== 'receipt' && outcome.kind !== 'pack') return null
  const { report } = outcome
  const { logEstablished, witnesses } = report
  const second =
    outcome.kind === 'pack'
      ? ([
          outcome.report.signersEstablished,
          words.signersEstablished,
          words.signersUnknown,
        ] as const)
      : outcome.report.erasureEstablished === null
        ? null
        : ([
            outcome.report.erasureEstablished,
            words.erasureEstablished,
            words.erasureUnknown,
          ] as const)
  const isWhole = logEstablished && (second === null || second[0])
  return [
    el(
      'ul',
      { class: 'established' },
      item(logEstablished, logEstablished ? words.logEstablished : words.logUnknown),
      second === null ? null : item(second[0], second[0] ? second[1] : second[2]),
      witnesses.length === 0
        ? item(false, words.unwitnessed)
        : witnesses.map(({ name, timeSeconds }) =>
            item(
              true,
              placed(words.witnessed, { name, time: new Date(timeSeconds * 1000).toISOString() }),
            ),
          ),
    ),
    el(
      'p',
      {},
      !isWhole
        ? words.falseAnyone
        : witnesses.length === 0
          ? words.falseOperator
          : words.falseWitnesses,
    ),
    outcome.kind === 'receipt' && !logEstablished
      ? el('p', { class: 'small muted' }, `${words.keyInside}: `, code(outcome.logKey))
      : null,
  ]
}

const item = (isSo: boolean, text: Child): Child =>
  el('li', { class: isSo ? 'so' : 'not-so' }, text)

function trustForm(outcome: Outcome, form: OriginForm, words: Words): Child {
  const hasErasure = outcome.kind !== 'receipt' || outcome.report.erasure !== null
  const unreadable = outcome.kind === 'undecided' && outcome.why === 'trust-unreadable'
  const field = (name: keyof TrustTexts, label: string, rows: string) => [
    el('label', { for: `trust-${name}` }, label),
    el(
      'textarea',
      {
        id: `trust-${name}`,
        rows,
        dir: 'ltr',
        spellcheck: 'false',
        autocomplete: 'off',
        'aria-invalid': unreadable ? 'true' : 'false',
        oninput: (event) => {
          if (event.target instanceof HTMLTextAreaElement) form.change(name, event.target.value)
        },
      },
      form.texts[name],
    ),
  ]
  return el(
    'form',
    {
      class: 'trust',
      onsubmit: (event) => {
        event.preventDefault()
        form.checkAgain()
      },
    },
    el('p', {}, words.trustIntro),
    field('log', words.trustLog, '3'),
    form.isPack || !hasErasure ? null : field('evidence', words.trustEvidence, '3'),
    form.isPack || hasErasure ? field('keys', words.trustKeys, '4') : null,
    el('button', { type: 'submit' }, words.checkAgain),
  )
}
