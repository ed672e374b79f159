// `proofhouse provenance record PATH`

import { OperatingError } from '@proofhouse/evidence'
import { recordProvenance, type RecordedProvenance } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { counted, printLines } from './print-lines.ts'

const forms = ['description', 'mlflow', 'dvc', 'wandb', 'openlineage'] as const

const isForm = (text: string): text is (typeof forms)[number] => forms.some((form) => form === text)

/** Records how a model was trained. */
export const provenanceRecord: Command = {
  words: ['provenance', 'record'],
  summary: 'record how a model was trained: data, base models, code, settings (SLSA provenance v1)',
  details: `PATH is a description of a run (YAML or JSON), or what another tool left of one: the
folder of an MLflow run or model, a dvc.lock or .dvc file, the files of a W&B run, or
OpenLineage events. Files are parsed and hashed; no model is loaded, nothing executed.

Without --out the statement is printed and not recorded. A run is recorded once. What
the files lack is said: a statement tells what was reported, not what was watched.`,
  operands: [{ name: 'PATH', description: 'a file or folder that tells of a run' }],
  options: {
    from: { value: 'FORM', description: `${forms.join(', ')}; told by itself where left out` },
    output: {
      value: 'PATHS',
      description: 'the model, where the files do not name it; commas between',
    },
    server: {
      value: 'URL',
      description: 'MLflow server that keeps the run; PATH is then the id of the run',
    },
    'token-file': {
      value: 'FILE',
      description: 'what lets us in there, mode 0600: a token, or name:password',
    },
    out: {
      value: 'DIR',
      description: 'the workspace whose ledger records it, such as .proofhouse',
    },
  },
  examples: [
    'proofhouse provenance record training.yaml --out .proofhouse',
    'proofhouse provenance record mlruns/1/0ab3 --out .proofhouse',
    'proofhouse provenance record 0ab3 --server https://mlflow.example.org --token-file token',
    'proofhouse provenance record wandb/run-1/files --output model.onnx',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const [from, server, tokenPath] = [options['from'], options['server'], options['token-file']]
    if (server === undefined && tokenPath !== undefined)
      throw new OperatingError('usage-invalid', '`--token-file` goes with `--server`')
    if (
      server !== undefined &&
      ((from ?? 'mlflow') !== 'mlflow' || options['output'] !== undefined)
    )
      throw new OperatingError(
        'usage-invalid',
        '`--server` is one of MLflow, which names its models: it goes with neither `--output` nor another `--from`',
      )
    if (from !== undefined && !isForm(from))
      throw new OperatingError('usage-invalid', `\`--from\` is one of: ${forms.join(', ')}`)
    const recorded = await recordProvenance(services, {
      path: operands['PATH'] ?? '',
      server: server === undefined ? null : { url: server, tokenPath: tokenPath ?? null },
      form: from ?? null,
      outputs: (options['output'] ?? '').split(',').filter((path) => path !== ''),
      out: options['out'] ?? null,
    })
    if (switches.has('json')) terminal.out(`${JSON.stringify(recorded)}\n`)
    else if (recorded.checkpoint === null)
      terminal.out(
        recorded.runs.map(({ statement }) => `${JSON.stringify(statement, null, 2)}\n`).join(''),
      )
    else printLines(terminal, linesOf(recorded))
    if (recorded.checkpoint === null)
      printLines(
        { out: (text) => terminal.note(text) },
        recorded.runs.flatMap(({ leftOut }) => leftOut.map((line) => `left out: ${line}`)),
      )
    return 0
  },
}

function linesOf({ form, runs }: RecordedProvenance): string[] {
  return runs.flatMap(({ statement, entry, leftOut }) => {
    const { resolvedDependencies = [], externalParameters } = statement.predicate.buildDefinition
    const name =
      typeof externalParameters['name'] === 'string' ? ` ${externalParameters['name']}` : ''
    return [
      `run${name}, as ${form === 'description' ? 'described' : `${form} tells it`}: ${counted(resolvedDependencies.length, 'input')} → ${counted(statement.subject.length, 'output')}`,
      ...(entry === null ? [] : [`entry ${entry.index}${entry.isNew ? '' : ' (recorded before)'}`]),
      ...statement.subject.map(
        ({ name: subject, digest }) =>
          `  ${subject ?? 'unnamed'}  ${Object.entries(digest ?? {})
            .map(([algorithm, hex]) => `${algorithm}:${hex}`)
            .join(' ')}`,
      ),
      ...leftOut.map((line) => `left out: ${line}`),
    ]
  })
}
