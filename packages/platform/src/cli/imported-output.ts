// What both imports share: options, the words of their help, and what they print.

import { toBase64 } from '@proofhouse/evidence'
import type { Imported } from '../workflows/index.ts'
import type { Command, ExitCode, Terminal } from './command.ts'
import { counted, printLines } from './print-lines.ts'

type ComparedResult = Imported['compared'][number]

/** Options of every import. */
export const importOptions: Command['options'] = {
  config: { value: 'FILE', description: 'the system file (default: proofhouse.yaml)' },
  out: { value: 'DIR', description: 'the workspace (default: .proofhouse beside FILE)' },
}

/** What every import does once it has read its file. */
export const importDetails = `The numbers are recorded as imported, not measured: no policy rests on them. A file
is recorded once. Beside each number stands what the last assessment measured of
the same columns and slice. Exits with 1 where two differ by more than 1e-9, and
with 3 where there was nothing to compare, or a number on one side only.`

/** Comparisons that a terminal is shown; \`--json\` has all of them. */
const shownMax = 40

const codes: Readonly<Record<Imported['agreement'], ExitCode>> = {
  agree: 0,
  differ: 1,
  undecided: 3,
}

/** Prints what was imported; gives the exit code. */
export function printImported(
  imported: Imported,
  { switches, terminal }: { readonly switches: ReadonlySet<string>; readonly terminal: Terminal },
): ExitCode {
  if (switches.has('json')) terminal.out(`${JSON.stringify(jsonOf(imported))}\n`)
  else printLines(terminal, linesOf(imported))
  return codes[imported.agreement]
}

function jsonOf({
  predicate,
  sha256,
  entry,
  assessment,
  compared,
  agreement,
  checkpoint,
}: Imported) {
  const { peer, peerVersion, form, made, results, tests, leftOut } = predicate
  return {
    agreement,
    peer,
    peerVersion,
    form,
    made,
    file: sha256,
    entry,
    assessment,
    compared,
    results,
    tests,
    leftOut,
    ledger: { ...checkpoint, root: toBase64(checkpoint.root) },
  }
}

function linesOf(imported: Imported): string[] {
  const { predicate, entry, assessment, compared } = imported
  const { peer, peerVersion, form, results, tests } = predicate
  const unmapped = results.filter(({ measure }) => measure === null).length
  const order = { differ: 0, undecided: 1, agree: 2 }
  const sorted = compared.toSorted((a, b) => order[wordOf(a)] - order[wordOf(b)])
  const hidden = sorted.length - shownMax
  return [
    `imported, not measured: ${counted(results.length, 'number')} and ` +
      `${counted(tests.length, 'test')} of ${[peer, peerVersion ?? []].flat().join(' ')} (${form})`,
    `entry ${entry.index}${entry.isNew ? '' : ', recorded before'}`,
    ...(unmapped === 0
      ? []
      : [
          `${counted(unmapped, 'number')} kept under ${peer}'s own name: no measure of ours is the same`,
        ]),
    ...(predicate.leftOut === 0
      ? []
      : [`${counted(predicate.leftOut, 'number')} left out: plots, and values of single rows`]),
    assessment === null
      ? 'nothing to compare with: the system was not assessed yet'
      : `${counted(compared.length, 'number')} beside run ${assessment.runId} ` +
        `(entry ${assessment.index})${compared.length === 0 ? ': it measured none of the same' : ''}`,
    ...table(sorted.slice(0, shownMax), peer),
    ...(hidden > 0 ? [`and ${hidden} more; \`--json\` lists them`] : []),
  ]
}

const wordOf = ({ agrees }: ComparedResult): Imported['agreement'] =>
  agrees === null ? 'undecided' : agrees ? 'agree' : 'differ'

/** Results side by side, in columns. */
function table(compared: readonly ComparedResult[], peer: string): string[] {
  if (compared.length === 0) return []
  const number = (value: number | null) => (value === null ? 'undefined' : value.toPrecision(10))
  const rows = [
    ['', 'measure', peer, 'proofhouse', 'difference'],
    ...compared.map((one) => [
      wordOf(one),
      `${one.measure} ${placeOf(one)}`.trim(),
      number(one.value),
      number(one.ours),
      one.difference === null ? '' : one.difference.toExponential(1),
    ]),
  ]
  const widths = [0, 1, 2, 3].map((n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function placeOf({ over, slice, within }: ComparedResult): string {
  const pairs = (map: Readonly<Record<string, string>>) =>
    Object.entries(map)
      .map(([column, value]) => `${column}=${value}`)
      .join(', ')
  const about = slice === null ? over.join(', ') : pairs(slice)
  return within === undefined ? about : `${about} (${pairs(within)})`
}
