// `columns:` in the system file: what the columns of the data mean.

import { Type } from 'typebox'
import { closed, column, value } from './schema-parts.ts'
import { taskColumns } from './task-settings.ts'

/** The schema of `columns:`. */
export const columnsSchema = Type.Object(
  {
    label: column('The true outcome.'),
    ...taskColumns,
    protected: Type.Array(column('A protected attribute.'), {
      minItems: 1,
      maxItems: 8,
      uniqueItems: true,
      description: 'Columns whose groups are compared, one by one and in their intersections.',
    }),
    privileged: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Array(value('A value of the column.'), { minItems: 1, maxItems: 100 }),
        {
          description:
            'Who is privileged, for the measures that compare everyone else with them, such as `{sex: [male]}`.',
        },
      ),
    ),
    control: Type.Optional(
      Type.Array(column('A column that may explain a difference.'), {
        uniqueItems: true,
        maxItems: 4,
        default: [],
        description:
          'Columns within whose values the protected groups are also compared, such as the kind of job.',
      }),
    ),
    identifiers: Type.Optional(
      Type.Array(column('An identifier.'), { uniqueItems: true, maxItems: 100, default: [] }),
    ),
    time: Type.Optional(column('When the row was observed.')),
    fold: Type.Optional(
      column(
        'The fold of cross-validation in which the row was tested, its prediction made by the model of the others.',
      ),
    ),
    sources: Type.Optional(
      Type.Array(column('A column that says where a row comes from.'), {
        uniqueItems: true,
        maxItems: 20,
        default: [],
        description:
          'Such as a site or who labelled it: label errors and outliers are compared between sources.',
      }),
    ),
    sensitive: Type.Optional(
      Type.Array(column('A sensitive column.'), {
        uniqueItems: true,
        maxItems: 20,
        default: [],
        description:
          'Columns that nobody should learn from the model, beside the protected ones: attacks on privacy try to guess them.',
      }),
    ),
    prediction: Type.Optional(column('The predicted label, when there is no model.')),
    score: Type.Optional(
      column('The predicted probability of the positive class, when there is no model.'),
    ),
    features: Type.Optional(
      Type.Array(column('A model feature.'), {
        uniqueItems: true,
        minItems: 1,
        maxItems: 10_000,
        description: 'The order of the features, for a model with one input tensor.',
      }),
    ),
  },
  { ...closed, description: 'What the columns of the data mean.' },
)
