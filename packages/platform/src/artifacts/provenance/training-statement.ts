// The statement about a run that trained a model: SLSA provenance with the build type of spec/training-run.md. The same
// run gives the same statement, byte for byte, so that it is recorded once. A parameter that holds a secret is replaced:
// a statement in a log can never be taken back.

import {
  canonicalJson,
  isJsonObject,
  type JsonValue,
  makeStatement,
  OperatingError,
  type Provenance,
  provenance,
  type ResourceDescriptor,
  type Statement,
  toBase64,
  trainingBuildType,
} from '@proofhouse/evidence'
import { isSeedName } from './describe-run.ts'
import { SecretCleaner, withoutAccess } from './secret-cleaner.ts'
import {
  type ColumnLineage,
  type RunArtifact,
  rootOfFile,
  type TrainingRun,
} from './training-run.ts'

/** Whoever recorded the run says that it was so; this program did not watch it. */
const reportedBuilder = 'https://proofhouse.dev/builders/reported'

/** A statement, with what is not in it. */
export interface TrainingStatement {
  readonly statement: Statement<Provenance>
  readonly leftOut: readonly string[]
}

/**
 * The statement about a run.
 * @throws import-malformed when no output has a digest
 */
export function trainingStatement(told: TrainingRun, toolVersion: string): TrainingStatement {
  const cleaner = new SecretCleaner()
  const run = cleanRun(told, cleaner)
  const known = run.outputs.filter(({ digest }) => Object.keys(digest).length > 0)
  // A file that came with the model and went in as well, such as its requirements, was not made by the run.
  const given = new Set(
    run.inputs.flatMap(({ digest }) => {
      const sha256 = digest['sha256']
      return sha256 === undefined ? [] : [sha256, rootOfFile(sha256)]
    }),
  )
  const made = known.filter(({ digest }) => !given.has(digest['sha256'] ?? ''))
  const subject = made.length > 0 ? made : known
  if (subject.length === 0)
    throw new OperatingError(
      'import-malformed',
      `${run.name === null ? 'the run' : `run \`${run.name}\``} names no output whose digest is known; name the model with --output`,
    )
  const settings = cleaner.object(run.hyperparameters, 'hyperparameters')
  const isSeed = ([name]: readonly [string, JsonValue]) => isSeedName(name)
  const parameters = Object.entries(settings)
  const predicate: Provenance = {
    buildDefinition: {
      buildType: trainingBuildType,
      externalParameters: {
        reported: { form: run.form, version: run.formVersion },
        name: run.name,
        command: run.command,
        hyperparameters: Object.fromEntries(parameters.filter((each) => !isSeed(each))),
        seeds: Object.fromEntries(parameters.filter(isSeed)),
      },
      internalParameters: { environment: cleaner.object(run.environment, 'environment') },
      resolvedDependencies: run.inputs.map((input) => descriptorOf(input, { role: input.role })),
    },
    runDetails: {
      builder: { id: reportedBuilder, version: { proofhouse: toolVersion } },
      metadata: {
        ...(run.runId === null ? {} : { invocationId: run.runId }),
        ...(run.startedOn === null ? {} : { startedOn: run.startedOn }),
        ...(run.finishedOn === null ? {} : { finishedOn: run.finishedOn }),
      },
      byproducts: [
        ...contentOf('metrics', run.metrics),
        ...contentOf(
          'column-lineage',
          run.columnLineage.map((each) => ({
            ...each,
            from: each.from.map((one) => ({ ...one })),
          })),
        ),
      ],
    },
  }
  const statement = makeStatement(
    provenance,
    subject.map((each) => descriptorOf(each, {})),
    predicate,
  )
  const unnamed = run.outputs
    .filter(({ digest }) => Object.keys(digest).length === 0)
    .map(({ name }) => `output \`${name}\`: its digest is not known`)
  const undigested = run.inputs
    .filter(({ digest }) => Object.keys(digest).length === 0)
    .map(
      ({ name }) =>
        `input \`${name}\` is named without a digest: nobody can tell later whether it was this one`,
    )
  const leftOut = [...run.leftOut, ...unnamed, ...undigested].map(withoutAccess)
  return { statement, leftOut: [...leftOut, ...new Set(cleaner.found)] }
}

/** A run without secrets in its texts; its settings are cleaned where they are written. */
function cleanRun(run: TrainingRun, cleaner: SecretCleaner): TrainingRun {
  const text = (value: string | null, at: string) =>
    value === null ? null : cleaner.text(value, at)
  const clean = <Artifact extends RunArtifact>(each: Artifact, at: string): Artifact => ({
    ...each,
    name: cleaner.text(each.name, `${at}.name`),
    uri: each.uri === null ? null : cleaner.uri(each.uri, `${at}.uri`),
    notes: Object.fromEntries(
      Object.entries(each.notes).map(([name, note]) => [
        name,
        cleaner.text(note, `${at}.notes.${name}`),
      ]),
    ),
  })
  const columns = (each: ColumnLineage): ColumnLineage => ({
    ...each,
    output: cleaner.text(each.output, 'columns.output'),
    from: each.from.map((one) => ({
      ...one,
      dataSet: cleaner.text(one.dataSet, 'columns.dataSet'),
    })),
  })
  return {
    ...run,
    name: text(run.name, 'name'),
    runId: text(run.runId, 'run_id'),
    command: text(run.command, 'command'),
    outputs: run.outputs.map((each, index) => clean(each, `outputs[${index}]`)),
    inputs: run.inputs.map((each, index) => clean(each, `inputs[${index}]`)),
    columnLineage: run.columnLineage.map(columns),
  }
}

function descriptorOf(
  { name, digest, uri, notes }: RunArtifact,
  more: Readonly<Record<string, string>>,
): ResourceDescriptor {
  const annotations = { ...notes, ...more }
  const isKnown = Object.keys(digest).length > 0
  return {
    name,
    ...(isKnown ? { digest } : {}),
    // A descriptor has a digest, a URI or its content; a bare name is made one that says it is no more.
    ...(uri !== null
      ? { uri }
      : isKnown
        ? {}
        : { uri: `urn:proofhouse:named:${encodeURIComponent(name)}` }),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  }
}

function contentOf(name: string, value: JsonValue): ResourceDescriptor[] {
  const isEmpty = Array.isArray(value)
    ? value.length === 0
    : isJsonObject(value) && Object.keys(value).length === 0
  return isEmpty
    ? []
    : [{ name, mediaType: 'application/json', content: toBase64(canonicalJson(value)) }]
}
