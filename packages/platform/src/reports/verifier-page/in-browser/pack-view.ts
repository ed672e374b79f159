// What an audit pack shows: its log, the verdict that was signed, its statements and its files.

import type { PackReport } from '@proofhouse/evidence'
import type { SignedVerdict } from '../check-file.ts'
import { filled, type Words } from '../words-english.ts'
import { type Child, code, el, facts, foreign, instant, part, sentence, table } from './elements.ts'

/** Rows that are shown of one table. */
const rowsMax = 500
/** Names that are shown in one cell. */
const namesMax = 5

/** The parts about a pack. */
export function packParts(
  report: PackReport,
  verdicts: readonly SignedVerdict[],
  words: Words,
): Child {
  const { statements, files } = report
  return [
    verdictPart(verdicts, words),
    part(
      'pack',
      words.pack,
      facts([
        [words.ledger, foreign(report.origin)],
        [words.ledgerSize, String(report.size)],
        [words.statements, String(statements.length)],
        [words.files, String(files.length)],
        [words.root, code(report.root), 'wide'],
      ]),
    ),
    part(
      'statements',
      words.statements,
      table(
        words.statementsCaption,
        [words.index, words.type, words.about, words.signer],
        statements
          .slice(0, rowsMax)
          .map(({ index, predicateType, subject, keyId }) => [
            String(index),
            code(predicateType),
            firstOf(subject.map(({ name, uri }) => name ?? uri ?? '')),
            short(keyId),
          ]),
      ),
      moreThan(statements.length, words),
    ),
    files.length === 0
      ? null
      : part(
          'files',
          words.files,
          table(
            words.filesCaption,
            [words.file, words.size, words.namedBy, 'SHA-256'],
            files
              .slice(0, rowsMax)
              .map(({ name, sizeBytes, namedBy, sha256 }) => [
                foreign(name.replace(/^files\//, '')),
                String(sizeBytes),
                firstOf(namedBy.map(String)),
                short(sha256),
              ]),
          ),
          moreThan(files.length, words),
        ),
  ]
}

/** The first of some names, and how many there are beside them. */
const firstOf = (names: readonly string[]): Child => [
  names.slice(0, namesMax).map((name, n) => [n === 0 ? null : ', ', foreign(name)]),
  names.length > namesMax ? ` +${names.length - namesMax}` : null,
]

/** The beginning of a digest, with all of it for who points at it. */
const short = (digest: string): Child =>
  el('span', { class: 'short', title: digest }, code(`${digest.slice(0, 16)}…`))

const moreThan = (count: number, words: Words): Child =>
  count <= rowsMax ? null : el('p', {}, filled(words.more, { n: count - rowsMax }))

function verdictPart([signed]: readonly SignedVerdict[], words: Words): Child {
  if (signed === undefined) return part('verdict', words.verdicts, el('p', {}, words.noVerdict))
  const { verdict, time, resource, policy } = signed
  return part(
    'verdict',
    words.verdicts,
    el('p', {}, sentence(words.verdictsText)),
    facts([
      [words.verdict, el('strong', {}, words[`verdict_${verdict ?? 'none'}`])],
      [words.about, code(resource)],
      [words.policy, code(policy)],
      [words.time, instant(time)],
    ]),
  )
}
