// Correcting a decision: another one that supersedes it, with what was wrong put right. The first stays, as what was decided then.

import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  parseJson,
} from '@proofhouse/evidence'
import { Type } from 'typebox'
import { readDecision } from '../decisions/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import { decisionOperation, operate } from './decision-operation.ts'
import type { Services } from './services.ts'

/** Who numbers corrections that are made here. */
const correctionSource = 'corrections'
const fileSizeMaxBytes = 1_048_576
/** Attempts to get a number that nobody takes meanwhile. */
const attemptsMax = 16

const groupNames = ['input', 'output', 'explanation', 'context'] as const
const changeable: ReadonlySet<string> = new Set([...groupNames, 'id', 'time'])

/** What is wrong with which decision, and who says so. */
export interface CorrectRequest {
  readonly index: number
  /** Of `input`, `output`, `explanation` and `context`: members that replace those of the same name; `id` and `time` of its own. */
  readonly changes: JsonObject
  /** Kept in the context of the correction, sealed. */
  readonly reason: string
  readonly by: string
}

/** A correction that was made. */
export interface MadeCorrection {
  readonly index: number
  readonly supersedes: number
}

/** Corrects by a file of changes. @throws usage-invalid, file-missing, and what the log throws */
export async function correctDecision(
  {
    folder,
    file,
    ...request
  }: Omit<CorrectRequest, 'changes'> & { readonly folder: string; readonly file: string },
  services: Services,
): Promise<MadeCorrection> {
  const changes = parseJson(await services.files.read(file, fileSizeMaxBytes), 'decision-malformed')
  if (!isJsonObject(changes))
    throw new OperatingError('decision-malformed', `\`${file}\` holds no object with what changes`)
  return operate(correcting, { folder, request: { ...request, changes: { ...changes } } }, services)
}

const correctShape = Type.Object(
  {
    index: Type.Integer({ minimum: 0 }),
    changes: Type.Record(Type.String(), Type.Unknown()),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
    by: Type.String({ minLength: 1, maxLength: 500 }),
  },
  { additionalProperties: false },
)

/** Corrects a decision; nothing of the first one is shown. */
export const correcting = decisionOperation({
  name: 'correct',
  changes: true,
  shape: correctShape,
  run: (opened, { changes, ...request }, services) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- requests are values of JSON
    correct(opened, { ...request, changes: changes as JsonObject }, services),
})

/** @throws usage-invalid, decision-malformed */
async function correct(
  { log }: Pick<DecisionLogInUse, 'log'>,
  { index, changes, reason, by }: CorrectRequest,
  { now, newId }: Pick<Services, 'now' | 'newId'>,
): Promise<MadeCorrection> {
  const stranger = Object.keys(changes).find((name) => !changeable.has(name))
  if (stranger !== undefined)
    throw new OperatingError(
      'decision-malformed',
      `\`${stranger.slice(0, 40)}\` cannot be changed: a correction changes ${[...changeable].join(', ')}`,
    )
  const { content, entry } = await readDecision(log, index)
  if (content === null)
    throw new OperatingError(
      'usage-invalid',
      `the content of decision ${index} was erased: there is nothing to correct`,
    )
  const { subject } = content.groups
  const correction = {
    id: newId(),
    time: now().toISOString(),
    ...changes,
    ...changedGroups(content.groups, changes, { reason, by }),
    source: correctionSource,
    deployment: entry.deployment,
    corrects: { log: log.place.origin, index },
    ...(subject === undefined ? {} : { subject }),
  }
  for (let attempt = 1; ; attempt++) {
    const sequence = nextOf(log, correctionSource)
    const [outcome] = await log.append([{ ...correction, sequence }])
    if (outcome?.status === 'accepted') return { index: outcome.index, supersedes: index }
    // Another correction may have taken the number.
    const isTaken = nextOf(log, correctionSource) > sequence
    if (isTaken && attempt < attemptsMax) continue
    throw new OperatingError(
      'decision-malformed',
      `the correction was refused: ${outcome?.status === 'refused' ? outcome.problem : 'its number is taken'}`,
    )
  }
}

const nextOf = (log: DecisionLogInUse['log'], source: string): number =>
  log.sources.list().find((one) => one.source === source)?.next ?? 0

/** The groups of the decision as it was handed in, but for what was dropped, with what changes. */
function changedGroups(
  kept: Readonly<Record<string, JsonValue>>,
  changes: JsonObject,
  correction: { readonly reason: string; readonly by: string },
): JsonObject {
  const groups = groupNames.map((name): [string, JsonObject | null] => {
    const [before, change] = [kept[name], changes[name]]
    if (change !== undefined && !isJsonObject(change))
      throw new OperatingError('decision-malformed', `\`${name}\` must be an object`)
    const apart = Object.entries(kept)
      .filter(([group]) => group.startsWith(`${name}/`))
      .map(([group, value]): [string, JsonValue] => [group.slice(name.length + 1), value])
    const more = name === 'context' ? { correction } : {}
    const whole = {
      ...(isJsonObject(before) ? before : {}),
      ...Object.fromEntries(apart),
      ...change,
      ...more,
    }
    return [name, before === undefined && Object.keys(whole).length === 0 ? null : whole]
  })
  return Object.fromEntries(groups.filter(([, group]) => group !== null))
}
