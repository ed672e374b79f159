// The log of accesses: whoever is shown contents of decisions is written down first, in the evidence log. Where that fails, nothing is
// shown. Never whom the decisions are about.

import {
  type Access,
  access,
  type JsonValue,
  makeStatement,
  OperatingError,
} from '@proofhouse/evidence'
import { Type } from 'typebox'
import { rangesOf } from '../decisions/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import type { Services } from './services.ts'
import { logSubject } from './stated-decisions.ts'

const texts = Type.Union([Type.String(), Type.Null()])

/** An accessor that comes from elsewhere. */
export const accessorShape = Type.Object(
  { user: Type.String({ minLength: 1, maxLength: 500 }), as: texts, reason: texts },
  { additionalProperties: false },
)

/** Who asks. */
export interface Accessor {
  /** Account of the system. */
  readonly user: string
  /** In whose name, as that account says. */
  readonly as: string | null
  readonly reason: string | null
}

/** What is about to be shown of one entry. */
export interface Shown {
  readonly index: number
  /** Names of the groups; none where nothing of its content is shown. */
  readonly groups: readonly string[]
  /** Whom it is about, which must not come into the evidence log. */
  readonly subject: JsonValue | undefined
}

/** An access that is about to happen. */
export interface AccessRequest {
  readonly act: Access['act']
  readonly by: Accessor
  readonly shown: readonly Shown[]
}

const textMax = 500

/**
 * States an access; whoever calls shows nothing before it returns.
 * @returns its place in the evidence log; null where nothing is shown of any content
 * @throws usage-invalid for a text that names the person; what the recorder throws
 */
export async function stateAccess(
  { log, workspace }: Pick<DecisionLogInUse, 'log' | 'workspace'>,
  { now, newId }: Pick<Services, 'now' | 'newId'>,
  { act, by, shown }: AccessRequest,
): Promise<number | null> {
  const opened = shown.filter(({ groups }) => groups.length > 0)
  if (opened.length === 0) return null
  const subjects = new Set(opened.map(({ subject }) => subject))
  refuseNames(by, subjects)
  refuseUser(by, subjects)
  const { origin } = log.place
  const indexes = [...new Set(opened.map(({ index }) => index))].toSorted((a, b) => a - b)
  const statement = makeStatement(access, [logSubject(origin)], {
    accessId: newId(),
    log: origin,
    act,
    ranges: rangesOf(indexes),
    groups: [...new Set(opened.flatMap(({ groups }) => groups))].toSorted(),
    ...by,
    at: now().toISOString(),
  })
  return (await workspace.recorder.record(statement)).index
}

/** What is written here stays: it must be short, and not hold the pseudonym. @throws usage-invalid */
export function refuseNames(
  { as, reason }: Pick<Accessor, 'as' | 'reason'>,
  subjects: ReadonlySet<JsonValue | undefined>,
): void {
  for (const [option, text] of Object.entries({ as, reason })) {
    if (text === null) continue
    if (text === '' || text.length > textMax || !text.isWellFormed())
      throw new OperatingError(
        'usage-invalid',
        `\`--${option}\` is a text of 1 to ${textMax} characters`,
      )
    for (const subject of subjects)
      if (typeof subject === 'string' && text.includes(subject))
        throw new OperatingError(
          'usage-invalid',
          `\`--${option}\` holds the pseudonym of the person: it would stand in the evidence log for ever`,
        )
  }
}

/**
 * An account is named as the system has it, or, over HTTP, as whoever asks says: in whole words, so that an account `ops1` may look at
 * what is about `1`. @throws usage-invalid
 */
function refuseUser({ user }: Accessor, subjects: ReadonlySet<JsonValue | undefined>): void {
  const words = ` ${user.split(/[^\p{L}\p{N}]+/u).join(' ')} `
  for (const subject of subjects) {
    if (typeof subject !== 'string') continue
    const name = subject
      .split(/[^\p{L}\p{N}]+/u)
      .join(' ')
      .trim()
    if (user === subject || (name !== '' && words.includes(` ${name} `)))
      throw new OperatingError(
        'usage-invalid',
        'the account that asks has the name of the person: it would stand in the evidence log for ever; ask from another account',
      )
  }
}
