// What a deployment decides about and how its decisions are kept: the model, what goes in and comes out, which fields are masked
// or dropped before anything is sealed, and which become groups of their own.

import { type HexDigest, isGroupName, OperatingError } from '@proofhouse/evidence'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { nearestName } from '../nearest-name.ts'
import { retentionLaws } from './retention-laws.ts'

const id = Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$' })
const fieldName = Type.String({ minLength: 1, maxLength: 200 })
const fieldPath = Type.String({
  pattern: '^(input|output|explanation|context)/.+$',
  maxLength: 220,
})

/** What a field may hold. */
const fieldKind = Type.Object(
  {
    type: Type.Union([Type.Literal('number'), Type.Literal('text'), Type.Literal('boolean')]),
    /** Whether it may be missing or null. */
    optional: Type.Optional(Type.Boolean()),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    values: Type.Optional(Type.Array(Type.String(), { maxItems: 10_000 })),
  },
  { additionalProperties: false },
)

/** `P`, a number, and days, months or years (of ISO 8601). */
const period = Type.String({ pattern: '^P[1-9][0-9]{0,3}[DMY]$' })
const lawName = Type.String({ minLength: 1, maxLength: 200 })

/** How long decisions are kept, counted from their time. */
const retention = Type.Object(
  {
    /** What kind of records they are, in the operator's own terms. */
    class: id,
    /** Ids of laws whose periods are known here. */
    laws: Type.Optional(Type.Array(id, { maxItems: 100 })),
    /** Rules of the operator's own: keep at least so long, erase at the latest then. */
    rules: Type.Optional(
      Type.Array(
        Type.Object(
          { law: lawName, keep: Type.Optional(period), erase: Type.Optional(period) },
          { additionalProperties: false },
        ),
        { maxItems: 100 },
      ),
    ),
  },
  { additionalProperties: false },
)

const deploymentShape = Type.Object(
  {
    id,
    model: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    input: Type.Record(fieldName, fieldKind),
    output: Type.Record(fieldName, fieldKind),
    /** Field of the output that is looked up by; a label, never free text. */
    outcome: Type.Optional(fieldName),
    /** Kept as `***`. */
    mask: Type.Optional(Type.Array(fieldPath)),
    /** Not kept. */
    drop: Type.Optional(Type.Array(fieldPath)),
    /** Groups of their own, to be shown or not by themselves. */
    apart: Type.Optional(Type.Array(fieldPath)),
    /** `false`: its decisions are about nobody, and one key seals them all. */
    personal: Type.Optional(Type.Boolean()),
    retention: Type.Optional(retention),
  },
  { additionalProperties: false },
)

/** A deployment's declaration. */
export type Deployment = Static<typeof deploymentShape> & { readonly model: HexDigest }

type FieldKind = Static<typeof fieldKind>

const check = Compile(deploymentShape)

/** A declaration, checked. @throws config-invalid naming the field */
export function readDeployment(value: unknown): Deployment {
  if (!check.Check(value)) {
    const [first] = check.Errors(value)
    throw new OperatingError(
      'config-invalid',
      `a deployment's declaration is wrong${first === undefined ? '' : ` at \`${first.instancePath || '/'}\`: it ${first.message}`}`,
    )
  }
  const { apart = [], drop = [], mask = [], outcome, output } = value
  if (outcome !== undefined && output[outcome]?.type === 'number')
    throw new OperatingError(
      'config-invalid',
      `\`outcome\` names \`${outcome}\`, which is a number: name a text or a boolean of the output`,
    )
  if (outcome !== undefined && !Object.hasOwn(output, outcome))
    throw new OperatingError(
      'config-invalid',
      `\`outcome\` names \`${outcome}\`, which \`output\` does not declare`,
    )
  if ([...mask, ...drop].includes(`output/${outcome}`))
    throw new OperatingError(
      'config-invalid',
      `\`outcome\` names \`${outcome}\`, which is masked or dropped: what is looked up by must be kept`,
    )
  const tooLong = apart.find((path) => !isGroupName(path))
  if (tooLong !== undefined)
    throw new OperatingError(
      'config-invalid',
      `\`apart\` names \`${tooLong.slice(0, 40)}…\`, which is longer than 255 bytes or no text`,
    )
  refuseUnknownLaws(value.retention?.laws ?? [])
  return value
}

function refuseUnknownLaws(laws: readonly string[]): void {
  const known = retentionLaws.map((law) => law.id)
  const unknown = laws.find((law) => !known.includes(law))
  if (unknown === undefined) return
  const near = nearestName(unknown, known)
  throw new OperatingError(
    'config-invalid',
    `\`retention.laws\` names \`${unknown}\`, whose period is not known here${near === undefined ? '' : `; did you mean \`${near}\`?`} Known are ${known.join(', ')}; give others under \`retention.rules\``,
  )
}

/** What is wrong with the fields of a decision, in words; null when nothing is. */
export type FieldCheck = (values: Readonly<Record<string, unknown>>) => string | null

function problemOf(value: unknown, { type, optional, min, max, values }: FieldKind): string | null {
  if (value === undefined || value === null) return optional === true ? null : 'is missing'
  if (typeof value !== (type === 'text' ? 'string' : type)) return `is no ${type}`
  if (typeof value === 'number') {
    if (min !== undefined && value < min) return `is below ${min}`
    if (max !== undefined && value > max) return `is above ${max}`
  }
  // The value itself is never told: it is somebody's.
  if (typeof value === 'string' && values !== undefined && !values.includes(value))
    return 'is none of the values declared'
  return null
}

/** A check of one group's fields, made once per deployment. */
export function fieldCheck(kinds: Readonly<Record<string, FieldKind>>): FieldCheck {
  const known = Object.entries(kinds)
  const names = new Set(Object.keys(kinds))
  return (values) => {
    let seen = 0
    for (const [name, kind] of known) {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      const problem = problemOf(value, kind)
      if (problem !== null) return `\`${name}\` ${problem}`
      if (value !== undefined) seen += 1
    }
    if (Object.keys(values).length === seen) return null
    const stranger = Object.keys(values).find((name) => !names.has(name)) ?? ''
    return `\`${stranger.slice(0, 40)}\` is not declared`
  }
}
