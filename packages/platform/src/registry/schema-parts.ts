// What the parts of the system file's schema are made of.

import { Type } from 'typebox'

/** A sentence for people. */
export const text = (description: string) =>
  Type.String({ minLength: 1, maxLength: 2_000, description })
/** Unknown keys are errors. */
export const closed = { additionalProperties: false }
/** The name of a column. */
export const column = (description: string) =>
  Type.String({ minLength: 1, maxLength: 256, description })
/** A path, relative to the system file. */
export const path = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: 4_096,
    description: `${description} Relative to this file.`,
  })
/** A value as data hold it. */
export const value = (description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Number(), Type.Boolean()], { description })
