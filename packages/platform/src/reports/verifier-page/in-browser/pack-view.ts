// What an audit pack shows: its log, the verdict that was signed, its statements and its files.

import type { PackReport } from '@proofhouse/evidence'
import type { SignedVerdict } from '../check-file.ts'
import { filled, type Words } from '../words-english.ts'
import { type Child, code, el, facts, foreign, instant, part, sentence, table } from './elements.ts'

/** Rows that are shown of one table. */
const rowsMax = 500

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
            subject
              .slice(0, 3)
              .map(({ name, uri }, n) => [n === 0 ? null : ', ', foreign(name ?? uri ?? '')]),
            code(`${keyId.slice(0, 16)}…`),
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
                namedBy.slice(0, 10).join(', '),
                code(`${sha256.slice(0, 16)}…`),
              ]),
          ),
          moreThan(files.length, words),
        ),
  ]
}

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
