// `changes:` in the system file: what a person could change of what the model reads.

import { Type } from 'typebox'
import { closed } from './schema-parts.ts'

/** The schema of `changes:`. */
export const changesSchema = Type.Record(
  Type.String(),
  Type.Object(
    {
      direction: Type.Optional(
        Type.Enum(['fixed', 'increase', 'decrease', 'any'], {
          description:
            'Which way a person can move it; protected columns and identifiers are fixed.',
        }),
      ),
      min: Type.Optional(Type.Number({ description: 'The smallest number it can become.' })),
      max: Type.Optional(Type.Number({ description: 'The largest number it can become.' })),
      step: Type.Optional(
        Type.Number({
          minimum: 0,
          description: 'It changes by multiples of this; 0 for any amount.',
        }),
      ),
      allowed: Type.Optional(
        Type.Array(Type.String(), {
          uniqueItems: true,
          maxItems: 1_000,
          description: 'The categories it can become.',
        }),
      ),
    },
    closed,
  ),
  {
    description:
      'What a person could change, for attacks on decisions: column → what is possible. Left out, whatever the data hold.',
  },
)
