// `checks:` in the system file: which checks run.

import { Type } from 'typebox'
import { closed } from './schema-parts.ts'

const check = (description: string) => Type.Optional(Type.Boolean({ description }))

/** The schema of `checks:`. */
export const checksSchema = Type.Object(
  {
    proxies: check('How well the other columns tell who belongs to a protected group.'),
    slices: check('In which slices of the data, by up to three columns, the system errs most.'),
    consistency: check('Whether similar people get similar predictions.'),
    multicalibration: check('Whether a score means the same for every group.'),
    data_quality: check(
      'Test rows that were learnt, columns that give the label away, missing values by group.',
    ),
    explanations: check('What decides, by Shapley values of a sample; needs a model.'),
    triggers: check('Rare values that flip decisions whatever else a row says; needs a model.'),
    robustness: check('How little it takes to flip a decision; needs a model.'),
    privacy: check(
      'What the model gives away of the people it learnt from: attacks by its answers; needs `data.train`.',
    ),
    label_errors: check('Labels that are likely wrong, by confident learning.'),
  },
  {
    ...closed,
    description:
      'Which checks to run; left out, all for a limited or high risk class, none for a minimal one.',
  },
)
