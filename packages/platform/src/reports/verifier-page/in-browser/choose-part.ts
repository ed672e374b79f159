// Where a person says what to check: a file, a file dropped on the page, or pasted text.

import type { Words } from '../words-english.ts'
import { type Child, el, part } from './elements.ts'

/** What happens with what was chosen. */
export interface Chosen {
  file(file: File): void
  text(text: string): void
}

/** The part; `isFirst` where nothing has been checked yet. */
export function choosePart(chosen: Chosen, isFirst: boolean, words: Words): Child {
  const input = el('input', {
    type: 'file',
    id: 'file',
    class: 'unseen',
    accept: '.json,.zip,.html',
    onchange: () => {
      const file = input.files?.[0]
      // So that the same file can be chosen once more.
      if (file !== undefined) chosen.file(file)
      input.value = ''
    },
  })
  const text = el('textarea', {
    id: 'pasted',
    rows: '6',
    dir: 'ltr',
    spellcheck: 'false',
    autocomplete: 'off',
  })
  return part(
    'choose',
    isFirst ? words.choose : words.chooseOther,
    el(
      'div',
      { class: 'drop' },
      el(
        'p',
        {},
        input,
        el('label', { for: 'file', class: 'button' }, words.chooseFile),
        ' ',
        words.dropHere,
      ),
      el('p', { class: 'muted small' }, words.chooseHint),
    ),
    el(
      'details',
      {},
      el('summary', {}, words.pasteSummary),
      el(
        'form',
        {
          class: 'trust',
          onsubmit: (event) => {
            event.preventDefault()
            if (text.value.trim() !== '') chosen.text(text.value)
          },
        },
        el('label', { for: 'pasted' }, words.pasteLabel),
        text,
        el('button', { type: 'submit' }, words.pasteButton),
      ),
    ),
  )
}

/** Takes files that are dropped anywhere; without this the browser would leave the page and open them. */
export function takeDrops(take: (file: File) => void): void {
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    document.body.classList.add('dragging')
  })
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dragging')
  })
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    document.body.classList.remove('dragging')
    const file = event.dataTransfer?.files[0]
    if (file !== undefined) take(file)
  })
}
