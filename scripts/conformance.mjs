// `npm run conformance`: verifiers that others wrote over what we write, and ours over what they write. Needs Python 3.11 and Go;
// installs its pinned peers into `.peers/`. No part of `npm test`.
import { spawnSync } from 'node:child_process'

const suites = [
  'model-signing',
  'fairlearn',
  'tasks',
  'imports',
  'aif360',
  'drift',
  'nannyml',
  'explain',
  'lime',
  'captum',
  'label-errors',
  'predictive-power',
  'art',
  'membership',
  'foolbox',
  'spdx',
  'scan',
  'provenance',
  'openlineage',
  'keyless',
  'cose',
  'time-stamps',
  'tessera',
  'tessera-copies',
  'witness',
  'wycheproof',
  's3',
  'receipts',
  'keys',
]
let failed = 0
for (const suite of suites) {
  console.log(`\n== ${suite}`)
  const done = spawnSync(process.execPath, [`scripts/conformance/${suite}.mjs`], {
    stdio: 'inherit',
  })
  if (done.status !== 0) failed++
}
console.log(`\n${suites.length - failed} suites passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
