// `proofhouse explain [proofhouse.yaml] --row N`

import { OperatingError } from '@proofhouse/evidence'
import { explainRow } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'

const reasonsDefault = '5'

/** Explains one decision. */
export const explain: Command = {
  words: ['explain'],
  summary: 'say in plain words what decided about one row of the test data',
  details: `Asks the model about rows that mix this one with others, and prints the columns that
moved the score most, strongest first. Reasons that cannot be told from chance are
left out. Nothing is recorded: a row is a person.`,
  operands: [{ name: 'FILE', description: 'the system file', fallback: 'proofhouse.yaml' }],
  options: {
    row: {
      value: 'N',
      description: 'row of the test data, from 1 after the header',
      required: true,
    },
    most: { value: 'N', description: `reasons at most (default: ${reasonsDefault})` },
  },
  examples: [
    'proofhouse explain --row 17',
    'proofhouse explain loans/proofhouse.yaml --row 17 --json',
  ],
  async run({ operands, options, switches, services, terminal, signal }) {
    const found = await explainRow(services, {
      systemFile: operands['FILE'] ?? '',
      row: numberIn('row', options['row'] ?? ''),
      most: numberIn('most', options['most'] ?? reasonsDefault),
      signal,
      progress: (step) => terminal.progress(step),
    })
    terminal.progress(null)
    const { row, decision, score, base, reasons, adds_up, repeats } = found
    const isBelieved = adds_up && repeats
    if (switches.has('json')) {
      terminal.out(
        `${JSON.stringify({ row, decision, score, base, adds_up, repeats, reasons: isBelieved ? reasons : [] })}\n`,
      )
      return isBelieved ? 0 : 3
    }
    printLines(terminal, [
      `row ${row}: ${decision}, score ${score.toFixed(3)}; others score ${base.toFixed(3)} on average`,
      ...(isBelieved
        ? reasons.map(
            ({ text, error }, n) =>
              `${n + 1}. ${text}${error === 0 ? '' : ` (±${(2 * error).toFixed(3)})`}`,
          )
        : [
            repeats
              ? 'no reasons: they do not add up to the score'
              : 'no reasons: the model answers otherwise when it is asked again',
          ]),
      ...(isBelieved && reasons.length === 0
        ? ['no single column moved the score by more than chance explains']
        : []),
    ])
    return isBelieved ? 0 : 3
  },
}

function numberIn(name: string, text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text))
    throw new OperatingError('usage-invalid', `\`--${name}\` is a whole number from 1`)
  return Number(text)
}
