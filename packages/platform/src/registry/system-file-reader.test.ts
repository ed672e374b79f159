import { readFileSync } from 'node:fs'
import { OperatingError } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { systemFileSchema } from './system-file.ts'
import { policyDigest } from './policy-digest.ts'
import { measuredAs, otherwiseMeasured } from './measured-as.ts'
import { parseSystemFile } from './system-file-reader.ts'

const valid = `system:
  id: loans
  name: Loans
  purpose: Decides who gets a loan.
  owner: risk@example.org
  risk_class: high
  jurisdictions: [EU]
model:
  path: model.onnx
data:
  test: test.csv
columns:
  label: outcome
  positive_class: 1
  protected: [sex]
policy:
  rules:
    - measure: performance.accuracy
      min: 0.7
      rationale: Better than always saying yes.
    - measure: fairness.demographic_parity_ratio
      over: [sex]
      min: 0.8
      rationale: Four fifths.
`

/** The message of the refusal, which must be one of configuration. */
function refusal(text: string): string {
  try {
    parseSystemFile(text, 'proofhouse.yaml')
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'config-invalid') return error.message
    throw error
  }
  throw new Error('was accepted')
}

test('fills in every default', () => {
  const file = parseSystemFile(valid, 'proofhouse.yaml')
  expect(file.model).toEqual({
    path: 'model.onnx',
    native: null,
    sign: false,
    signature: null,
    runtime: 'wasm',
    classes: null,
    memoryMb: 4096,
    timeoutSeconds: 600,
  })
  expect(file.columns.positiveClass).toBe('1')
  expect(file.assessment).toEqual({
    mode: 'strict',
    confidence: 0.95,
    interval: 'exact',
    intersections: true,
    threshold: null,
    missingValues: 'refuse',
    unknownColumns: 'interventional',
    measures: [],
  })
  expect(file.rules.map((r) => r.id)).toEqual([
    'performance-accuracy',
    'fairness-demographic-parity-ratio-sex',
  ])
  expect(file.rules[0]?.holds).toBe('interval')
})

test.each([
  [
    'risk_class: high',
    'risk_clas: high',
    /^proofhouse\.yaml:6:3: unknown key `risk_clas` in `system`; did you mean `risk_class`\?$/,
  ],
  [
    'risk_class: high',
    'risk_class: hihg',
    /^proofhouse\.yaml:6:3: `system\.risk_class` must be one of `minimal`, `limited`, `high`$/,
  ],
  [
    '  label: outcome\n',
    '',
    /^proofhouse\.yaml:\d+:\d+: `columns\.label` is missing: the true outcome$/,
  ],
  [
    'policy:',
    'assessment: {unknown_columns: path_dependent}\npolicy:',
    /name it in `model\.native`/,
  ],
  ['policy:', 'polices:', /unknown key `polices`; did you mean `policy`\?/],
  [
    '      min: 0.7',
    '      minn: 0.7',
    /:19:7: unknown key `minn` in `policy\.rules\[0\]`; did you mean `min`\?/,
  ],
  ['      min: 0.7', '      min: lots', /:19:7: `policy\.rules\[0\]\.min` must be a number/],
  ['over: [sex]', 'over: [sxe]', /`sxe` is not a protected column; did you mean `sex`\?/],
  ['protected: [sex]', 'protected: []', /`columns\.protected`/],
  ['protected: [sex]', 'protected: [outcome]', /the label `outcome` cannot be a protected column/],
  ['model:\n  path: model.onnx\n', '', /neither a `model` nor a `columns\.prediction`/],
  ['  label: outcome\n', '  label: outcome\n  score: p\n', /for assessing without a `model`/],
  [
    'policy:',
    'assessment:\n  measures:\n    - performance.zero_one_loss\n    - fairness.accuracy_gruop_min\npolicy:',
    /:\d+:7: there is no measure `fairness\.accuracy_gruop_min`; did you mean `fairness\.accuracy_group_min`\?/,
  ],
  [
    'protected: [sex]',
    'protected: [sex]\n  privileged: { sxe: [m] }',
    /`sxe` is not a protected column; did you mean `sex`\?/,
  ],
  [
    'measure: fairness.demographic_parity_ratio',
    'measure: fairness.disparate_impact',
    /`fairness\.disparate_impact` compares with the privileged; say who they are in `columns\.privileged\.sex`/,
  ],
  [
    'protected: [sex]',
    'protected: [sex]\n  control: [sex]',
    /`sex` is a protected column; what is compared cannot be held alike/,
  ],
  [
    'measure: fairness.demographic_parity_ratio',
    'measure: fairness.demographic_parity_ratio\n      within: [job]',
    /`job` is no control column; add it to `columns\.control`/,
  ],
  ['system:', 'system: [', /not valid YAML/],
  ['name: Loans', 'name: Loans\n  name: Twice', /not valid YAML: .*unique/],
  ['jurisdictions: [EU]', 'jurisdictions: &a [EU]\n  id: *a', /YAML|alias/],
])('refuses %j written as %j', (from, to, message) => {
  expect(refusal(valid.replace(from, to))).toMatch(message)
})

test('refuses two rules of one name, an empty file and a huge one', () => {
  expect(
    refusal(
      `${valid}    - measure: performance.accuracy\n      min: 0.8\n      rationale: Again.\n`,
    ),
  ).toMatch(/two rules are called `performance-accuracy`/)
  expect(refusal('')).toMatch(/proofhouse\.yaml:1:1/)
  expect(refusal('#'.repeat(1_048_577))).toMatch(/is this the right file/)
})

const signed = (section: string) =>
  valid.replace('path: model.onnx', `path: model.onnx\n  signature: {path: m.sig, ${section}}`)

test('a model that somebody vouches for runs as native code, any other in WebAssembly', () => {
  const runtimeOf = (text: string) => parseSystemFile(text, 'f').model?.runtime
  const saying = (more: string) => valid.replace('model.onnx', `model.onnx\n  ${more}`)
  expect(runtimeOf(valid)).toBe('wasm')
  expect(runtimeOf(saying('sign: false'))).toBe('wasm')
  expect(runtimeOf(saying('sign: true'))).toBe('native')
  expect(runtimeOf(signed('key: k.pub'))).toBe('native')
  expect(runtimeOf(saying('runtime: native'))).toBe('native')
  expect(runtimeOf(saying('sign: true\n  runtime: wasm'))).toBe('wasm')
})

test.each([
  ['key: k.pub', { kind: 'key', path: 'k.pub' }],
  [
    'roots: ca.pem, identity: a@b.c',
    { kind: 'roots', path: 'ca.pem', chainPath: null, identity: 'a@b.c' },
  ],
  [
    'trusted_root: r.json, identity: a@b.c, issuer: "https://x"',
    { kind: 'trusted-root', path: 'r.json', identity: 'a@b.c', issuer: 'https://x' },
  ],
])('a signature is demanded of %s', (section, trust) => {
  expect(parseSystemFile(signed(section), 'f').model?.signature).toEqual({ path: 'm.sig', trust })
})

test.each([
  ['', 'say whom to believe by exactly one of'],
  ['key: k.pub, roots: ca.pem, identity: a@b.c', 'exactly one of'],
  ['roots: ca.pem', '`roots` needs `identity`'],
  ['trusted_root: r.json, identity: a@b.c', '`trusted_root` needs `issuer`'],
  ['key: k.pub, identity: a@b.c', '`identity` does not go with `key`'],
])('a signature whose signer is said as {%s} is refused', (section, said) => {
  expect(refusal(signed(section))).toMatch(/^proofhouse\.yaml:1[01]:/)
  expect(refusal(signed(section))).toContain(said)
})

test('the policy digest changes with the policy and with nothing else', () => {
  const digest = policyDigest(parseSystemFile(valid, 'a'))
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(policyDigest(parseSystemFile(valid.replace('Loans', 'Credit'), 'b'))).toBe(digest)
  expect(policyDigest(parseSystemFile(valid.replace('min: 0.8', 'min: 0.79'), 'c'))).not.toBe(
    digest,
  )
})

test('the published schema is the one that is enforced', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../../../spec/proofhouse.schema.json', import.meta.url), 'utf8'),
  )
  expect(published).toEqual(JSON.parse(JSON.stringify(systemFileSchema)))
})

const drifting = valid.replace(
  '  test: test.csv\n',
  '  test: test.csv\n  reference: a.csv\n  current: b.csv\n',
)

test('reads how to compare two periods', () => {
  const text = `${drifting}drift:\n  numbers: {test: psi, threshold: 0.2}\n  columns: {age: {test: nannyml.wasserstein, threshold: 3}}\n  share: 0.3\n`
  expect(parseSystemFile(text, 'proofhouse.yaml').drift).toEqual({
    numbers: { test: 'psi', threshold: 0.2 },
    categories: null,
    columns: { age: { test: 'nannyml.wasserstein', threshold: 3 } },
    ignore: [],
    share: 0.3,
  })
})

test.each([
  ['numbers: {test: pis}', 'no test `pis` for numbers; did you mean `psi`?'],
  ['numbers: {test: chisquare}', 'no test `chisquare` for numbers'],
  ['categories: {test: ks}', 'no test `ks` for categories'],
  ['columns: {age: {test: kss}}', 'no test `kss` of drift; did you mean `ks`?'],
  ['columns: {age: {test: nannyml.wasserstein}}', 'has no threshold of its own; give one'],
])('refuses a test of drift: %s', (line, message) => {
  const text = `${drifting}drift:\n  ${line}\n`
  expect(refusal(text)).toContain(message)
  expect(refusal(text)).toMatch(/^proofhouse\.yaml:\d+:/)
})

const driftRule = (rest: string) =>
  `    - measure: drift.psi\n      max: 0.2\n      rationale: As ever.\n${rest}`

test('a rule on drift is over any one column, and needs two periods', () => {
  expect(
    parseSystemFile(drifting + driftRule('      over: [age]\n'), 'f').rules.at(-1)?.over,
  ).toEqual(['age'])
  expect(refusal(valid + driftRule(''))).toContain('name them in `data.reference`')
  expect(refusal(drifting + driftRule('      over: [age, sex]\n'))).toContain('over one column')
  expect(refusal(drifting + driftRule('      over: [age]\n      slice: {age: 4}\n'))).toContain(
    'no slices',
  )
})

test('how periods are compared is part of what a policy is named by', () => {
  const digest = (text: string) => policyDigest(parseSystemFile(text, 'f'))
  expect(digest(`${drifting}drift: {share: 0.3}\n`)).not.toBe(digest(drifting))
})

test('a threshold beside predictions that are taken as they are is refused, with its line', () => {
  const given = valid
    .replace('model:\n  path: model.onnx\n', 'assessment:\n  threshold: 0.7\n')
    .replace('  protected', '  prediction: said\n  score: p\n  protected')
  expect(refusal(given)).toMatch(/^proofhouse\.yaml:9:.*no threshold applies/)
  expect(parseSystemFile(given.replace('  prediction: said\n', ''), 'f').assessment.threshold).toBe(
    0.7,
  )
})

const regression = valid
  .replace('model:\n  path: model.onnx\n', '')
  .replace('  positive_class: 1\n', '  prediction: said\n')
  .replace('policy:', 'assessment:\n  task: regression\npolicy:')
  .replace(
    'measure: performance.accuracy\n      min: 0.7',
    'measure: regression.r2_score\n      min: 0.7',
  )
  .replace('fairness.demographic_parity_ratio', 'regression.mean_absolute_error_ratio')

test('a task has its own settings, and one of two classes goes without saying', () => {
  expect(parseSystemFile(valid, 'f').task).toEqual({ kind: 'binary' })
  const file = parseSystemFile(regression, 'f')
  expect(file.task).toEqual({ kind: 'regression', quantile: null })
  expect(file.columns.positiveClass).toBeNull()
  const ranking = regression
    .replace('task: regression', 'task: ranking')
    .replace('prediction: said', 'query: q\n  score: s')
    .replace('regression.r2_score', 'ranking.ndcg')
    .replace('regression.mean_absolute_error_ratio', 'ranking.exposure_ratio')
  expect(parseSystemFile(ranking, 'f').task).toEqual({ kind: 'ranking', query: 'q', topK: 10 })
  const quantile = regression.replace('task: regression', 'task: regression\n  quantile: 0.9')
  expect(policyDigest(file)).not.toBe(policyDigest(parseSystemFile(quantile, 'f')))
})

test.each([
  [
    'prediction: said',
    'prediction: said\n  positive_class: 1',
    /^f:\d+:3: `positive_class` is for the task `binary`, and this system’s task is `regression` \(a number\); remove it/,
  ],
  [
    '  prediction: said\n',
    '',
    /`columns\.prediction` is missing: the column of the predicted number/,
  ],
  [
    'task: regression',
    'task: ranking',
    /`prediction` is for the task `binary`, `multiclass`, `regression`/,
  ],
  [
    'task: regression',
    'task: regresion',
    /`assessment\.task` must be one of `binary`, `multiclass`, `regression`, `ranking`/,
  ],
  [
    'task: regression',
    'task: regression\n  threshold: 0.5',
    /`threshold` is for the task `binary`/,
  ],
  [
    'task: regression',
    'task: regression\n  top_k: 3',
    /`top_k` is for the task `multiclass`, `ranking`/,
  ],
  [
    'task: regression',
    'task: multiclass',
    /`regression\.r2_score` is of the task `regression`, and this system’s task is `multiclass`/,
  ],
  ['data:\n', 'model:\n  path: m.onnx\ndata:\n', /are for assessing without a `model`/],
  [
    'data:\n',
    'model:\n  path: m.onnx\n  classes: [a, b]\ndata:\n',
    /a model that predicts a number has no classes; remove `classes`/,
  ],
  ['regression.r2_score', 'performance.roc_auc', /`performance\.roc_auc` is of the task `binary`/],
])('refuses what does not fit the task: %s → %s', (from, to, message) => {
  expect(regression).toContain(from)
  expect(() => parseSystemFile(regression.replace(from, to), 'f')).toThrow(message)
})

test('one of two classes needs the positive one, and has no measures of other tasks', () => {
  expect(refusal(valid.replace('  positive_class: 1\n', ''))).toMatch(
    /`columns\.positive_class` is missing: the label value that counts as selected/,
  )
  expect(refusal(valid.replace('performance.accuracy', 'multiclass.macro_f1'))).toMatch(
    /`multiclass\.macro_f1` is of the task `multiclass`/,
  )
})

test('a model of several classes gives the predictions and the scores', () => {
  const several = regression
    .replace('task: regression', 'task: multiclass')
    .replace('regression.r2_score', 'multiclass.accuracy')
    .replace('regression.mean_absolute_error_ratio', 'multiclass.accuracy_ratio')
    .replace('  prediction: said\n', '')
    .replace('data:\n', 'model:\n  path: m.onnx\n  classes: [a, b, c]\ndata:\n')
  expect(parseSystemFile(several, 'f').model?.classes).toEqual(['a', 'b', 'c'])
  const explained = several.replace('task: multiclass', 'task: multiclass\n  explained_class: a')
  expect(parseSystemFile(explained, 'f').task).toMatchObject({ explained: 'a' })
  expect(policyDigest(parseSystemFile(explained, 'f'))).not.toBe(
    policyDigest(parseSystemFile(several, 'f')),
  )
  const drawn = several.replace('task: multiclass', 'task: multiclass\n  interval: bootstrap')
  expect(parseSystemFile(drawn, 'f').assessment.interval).toBe('bootstrap')
  expect(() => parseSystemFile(drawn.replace('bootstrap', 'score'), 'f')).toThrow(
    /score intervals are of a share of rows/,
  )
  const scored = several.replace('columns:\n', 'columns:\n  class_scores: {a: p, b: q, c: r}\n')
  expect(() => parseSystemFile(scored, 'f')).toThrow(/the scores are those of the `model`/)
  const two = valid.replace('path: model.onnx', 'path: model.onnx\n  classes: [a, b, c]')
  expect(refusal(two)).toMatch(/3 classes are listed; a task between two lists both/)
})

test('measures of another task, or of other settings of it, answer another question', () => {
  const digests = { test: '0'.repeat(64) }
  const file = parseSystemFile(regression, 'f')
  const quantile = regression.replace('task: regression', 'task: regression\n  quantile: 0.9')
  expect(measuredAs(file, digests).task).toEqual({ kind: 'regression', quantile: null })
  expect('task' in measuredAs(parseSystemFile(valid, 'f'), digests)).toBe(false)
  const measures = {
    runId: 'r',
    mode: 'strict',
    confidence: 0.95,
    interval: 'exact',
    measuredAs: measuredAs(file, digests),
    columns: ['sex'],
    measures: [],
    suppressedCells: [],
  } as const
  expect(otherwiseMeasured(measures, file, digests)).toEqual([])
  expect(otherwiseMeasured(measures, parseSystemFile(quantile, 'f'), digests)).toEqual(['task'])
})

test('what is guessed of people may be bounded over any sensitive column, and over no other', () => {
  const guessed = (column: string) =>
    valid
      .replace('protected: [sex]', 'protected: [sex]\n  sensitive: [job]')
      .replace('fairness.demographic_parity_ratio', 'privacy.attribute_gain_by_answer')
      .replace('[sex]\n      min', `[${column}]\n      max`)
  for (const column of ['job', 'sex'])
    expect(parseSystemFile(guessed(column), 'proofhouse.yaml').rules[1]?.over).toEqual([column])
  expect(refusal(guessed('jobs'))).toMatch(/`jobs` is not a protected column/)
  const membership = guessed('job').replace('attribute_gain_by_answer', 'membership_auc')
  expect(refusal(membership)).toMatch(/`job` is not a protected column/)
})
