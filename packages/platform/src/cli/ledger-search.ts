// `proofhouse ledger search DIR [QUERY]`

import { OperatingError } from '@proofhouse/evidence'
import { type LedgerSearch, searchLedger } from '../workflows/index.ts'
import type { Command, Invocation } from './command.ts'
import { indexedLedger, indexOptions, indexProgress, stateLine } from './indexed-ledger.ts'
import { printLines } from './print-lines.ts'

type Hit = LedgerSearch['hits'][number]

/** Digests that a line shows; `--json` has all of them. */
const subjectsShown = 2

function hitLines(hit: Hit): string[] {
  const { index, kind, held, predicateType, statedAt, system, run, subjects, excerpt } = hit
  const away = { entry: [], blob: [], altered: ['ALTERED'], absent: ['NOT KEPT'] }[held]
  const about = [statedAt, system === null ? null : `system ${system}`, run && `run ${run}`]
  const more = subjects.length - subjectsShown
  return [
    [`${index}`, predicateType ?? `(${kind})`, ...away].join('  '),
    ...about.filter((part) => part !== null && part !== '').map((part) => `    ${part}`),
    ...subjects.slice(0, subjectsShown).map((subject) => `    ${subject}`),
    ...(more > 0 ? [`    and ${more} more subjects`] : []),
    ...(excerpt === '' ? [] : [`    ${excerpt.replaceAll(/\s+/g, ' ')}`]),
  ]
}

function wholeNumber(invocation: Invocation, name: string): number | null {
  const text = invocation.options[name]
  if (text === undefined) return null
  if (!/^(0|[1-9]\d{0,15})$/.test(text))
    throw new OperatingError('usage-invalid', `\`--${name}\` is a whole number from 0`)
  return Number(text)
}

function instant(text: string | undefined): string | null {
  if (text === undefined) return null
  const date = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(date.getTime()))
    throw new OperatingError(
      'usage-invalid',
      '`--since` is a day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z',
    )
  return date.toISOString()
}

const limitMax = 1_000

/** Finds statements in a ledger. */
export const ledgerSearch: Command = {
  words: ['ledger', 'search'],
  summary: 'find statements in a ledger by words and fields, the newest first',
  details: `Words must all be there; a phrase stands in double quotes, and \`word*\` finds words that
begin so. Options narrow that further; each must fit. The index is brought up to the
ledger first. What a statement says of itself, its time included, is its signer's word.
What is found is a place in the ledger: \`ledger proof\` proves it.`,
  operands: [
    { name: 'DIR', description: 'the ledger: the folder that holds `checkpoint`' },
    { name: 'QUERY', description: 'words to find', fallback: '*' },
  ],
  options: {
    type: { value: 'TYPE', description: 'part of the predicate type, such as `measures`' },
    subject: { value: 'DIGEST', description: 'SHA-256 of what it is about, or `algorithm:digest`' },
    system: { value: 'ID', description: 'id of the system' },
    run: { value: 'ID', description: 'id of the run' },
    since: { value: 'TIME', description: 'stated to have happened at this time or later' },
    field: {
      value: 'NAME=VALUE',
      description: 'a field, such as `measures.measure=performance.auc`; may be repeated',
      repeated: true,
    },
    limit: { value: 'N', description: 'how many to show (default: 20)' },
    before: { value: 'INDEX', description: 'only entries before this one, to go on' },
    ...indexOptions,
  },
  examples: [
    'proofhouse ledger search .proofhouse/ledger "demographic parity" --type measures',
    'proofhouse ledger search .proofhouse/ledger --system german-credit --since 2026-01-01 --json',
  ],
  async run(invocation) {
    const { operands, options, lists, switches, services, terminal, signal } = invocation
    const limit = wholeNumber(invocation, 'limit') ?? 20
    if (limit < 1 || limit > limitMax)
      throw new OperatingError('usage-invalid', `\`--limit\` is from 1 to ${limitMax}`)
    const fields = lists['field'] ?? []
    if (!fields.every((field) => field.includes('=')))
      throw new OperatingError('usage-invalid', '`--field` is a name, `=` and a value')
    const query = {
      text: operands['QUERY'] ?? '',
      type: options['type'] ?? null,
      subject: options['subject'] ?? null,
      system: options['system'] ?? null,
      run: options['run'] ?? null,
      since: instant(options['since']),
      fields,
      before: wholeNumber(invocation, 'before'),
      limit,
    }
    const request = { ...indexedLedger(invocation), query }
    const found = await searchLedger(services, request, indexProgress(terminal, signal))
    terminal.progress(null)
    const last = found.hits.length < limit ? undefined : found.hits.at(-1)
    if (switches.has('json')) terminal.out(`${JSON.stringify(found)}\n`)
    else
      printLines(terminal, [
        ...found.hits.flatMap(hitLines),
        ...(found.hits.length === 0 ? ['nothing found'] : []),
        ...(last === undefined ? [] : [`go on with --before ${last.index}`]),
        stateLine(found),
      ])
    return 0
  },
}
