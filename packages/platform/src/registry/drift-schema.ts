// `drift:` in the system file: its shape.

import { type Static, Type } from 'typebox'
import { closed, column } from './schema-parts.ts'

const driftTest = (description: string) =>
  Type.Object(
    {
      test: Type.String({
        minLength: 1,
        description: 'Such as `psi`, `ks` or `nannyml.jensen_shannon`; docs/drift.md lists them.',
      }),
      threshold: Type.Optional(
        Type.Number({ minimum: 0, description: "Where drift begins; by default the test's own." }),
      ),
    },
    { ...closed, description },
  )

/** The schema of `drift:`. */
export const driftSchema = Type.Object(
  {
    numbers: Type.Optional(driftTest('For every column of numbers.')),
    categories: Type.Optional(driftTest('For every other column.')),
    columns: Type.Optional(
      Type.Record(Type.String(), driftTest('For this column.'), {
        description: 'For single columns, before the two above.',
      }),
    ),
    ignore: Type.Optional(
      Type.Array(column('A column that is not compared.'), {
        uniqueItems: true,
        maxItems: 10_000,
        default: [],
      }),
    ),
    share: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.5,
        description: 'Share of drifted columns from which the data as a whole count as drifted.',
      }),
    ),
  },
  {
    ...closed,
    description:
      'How to compare `data.reference` with `data.current`; left out, as Evidently does by default.',
  },
)

/** `drift:` as written. */
export type DriftSource = Static<typeof driftSchema>
