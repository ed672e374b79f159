// `proofhouse explain [proofhouse.yaml] --row N`

import { OperatingError } from '@proofhouse/evidence'
import { type ExplainedRow, explainRow } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'

const reasonsDefault = '5'

/** Explains one decision. */
export const explain: Command = {
  words: ['explain'],
  summary: 'say in plain words what decided about one row of the test data',
  details: `Prints the columns that moved the score most, strongest first: exactly, in log-odds or
score, where the model is trees or weights; else by asking it about rows that mix this
one with others. Reasons that cannot be told from chance are
left out. Nothing is recorded: a row is a person, and a page is written only where
you say.`,
  operands: [{ name: 'FILE', description: 'the system file', fallback: 'proofhouse.yaml' }],
  options: {
    row: {
      value: 'N',
      description: 'row of the test data, from 1 after the header',
      required: true,
    },
    html: { value: 'FILE', description: 'also write a page with the way of the score' },
    most: { value: 'N', description: `reasons at most (default: ${reasonsDefault})` },
  },
  examples: [
    'proofhouse explain --row 17',
    'proofhouse explain loans/proofhouse.yaml --row 17 --json',
    'proofhouse explain --row 17 --html decision-17.html',
  ],
  async run({ operands, options, switches, services, terminal, signal }) {
    const found = await explainRow(services, {
      systemFile: operands['FILE'] ?? '',
      row: numberIn('row', options['row'] ?? ''),
      most: numberIn('most', options['most'] ?? reasonsDefault),
      page: options['html'] ?? null,
      signal,
      progress: (step) => terminal.progress(step),
    })
    terminal.progress(null)
    const { row, decision, predicted, reasons, doubt, adds_up, repeats } = found
    if (switches.has('json')) {
      const { method, space, base, score, modelRun: model_run } = found
      const explained = { method, space, base, score, not_read: found.not_read }
      terminal.out(
        `${JSON.stringify({ row, decision, ...predicted, explained, adds_up, repeats, reasons, model_run })}\n`,
      )
      return doubt === null ? 0 : 3
    }
    const { namespacesText, runtimeText } = await import('../reports/index.ts')
    const { modelRun } = found
    printLines(terminal, [
      `row ${row}: ${decision}, score ${predicted.score.toFixed(3)}; others score ${predicted.base.toFixed(3)} on average${inLogOdds(found)}`,
      ...reasons.map(
        ({ text, error }, n) =>
          `${n + 1}. ${text}${error === 0 ? '' : ` (±${(2 * error).toFixed(3)})`}`,
      ),
      ...(doubt === null ? [] : [doubt]),
      ...(doubt === null && reasons.length === 0
        ? ['no single column moved the score by more than chance explains']
        : []),
      `run by ${runtimeText(modelRun)}, ${namespacesText(modelRun)}; signature: ${modelRun.verification.verdict}`,
    ])
    return doubt === null ? 0 : 3
  },
}

/** What the values add up to, where that is not the score. */
const inLogOdds = ({ space, score, base }: ExplainedRow): string =>
  space === 'score'
    ? ''
    : ` (in log-odds, in which the reasons are: ${score.toFixed(3)}; others ${base.toFixed(3)})`

function numberIn(name: string, text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text))
    throw new OperatingError('usage-invalid', `\`--${name}\` is a whole number from 1`)
  return Number(text)
}
