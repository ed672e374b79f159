// `proofhouse keys rewrap [--raise-minimum]`

import { OperatingError } from '@proofhouse/evidence'
import { type RewrappedKeys, rewrapWorkspaceKeys } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { keysOptions, keysRequest, reasonIn, reasonOption } from './keys-options.ts'
import { counted, printLines } from './print-lines.ts'

const perSecondDefault = '1000'

function lines({
  tenant,
  version,
  minimum,
  keys,
  failed,
  done,
  destroyed,
}: RewrappedKeys): string[] {
  const count = Object.values(keys).reduce((sum, each) => sum + each, 0)
  return [
    `${counted(count, 'key')} of ${tenant} under version ${version}; versions from ${minimum} are accepted`,
    ...failed.map((key) => `✗ ${key} does not open; it stays as it is`),
    ...(destroyed > 0 ? [`${counted(destroyed, 'older version')} destroyed`] : []),
    ...(done ? [] : ['interrupted; run it again to go on']),
  ]
}

/** Wraps keys anew under the newest version. */
export const keysRewrap: Command = {
  words: ['keys', 'rewrap'],
  summary: "wrap keys anew under the newest version of the tenant's key",
  details: `Everything stays readable meanwhile. What is interrupted goes on where it was when it
is run again. With --raise-minimum older versions are accepted no more, once nothing
is wrapped under them and nobody can hold one, ten minutes after the rotation.
--destroy-older then destroys those; copies of what they wrapped end with them.
Exits with 1 when a key does not open, and with 3 when it was interrupted.`,
  operands: [],
  options: {
    ...keysOptions,
    'raise-minimum': { description: 'accept older versions no more' },
    'destroy-older': { description: 'destroy the versions that are accepted no more' },
    'keys-per-second': { value: 'N', description: `at most (default: ${perSecondDefault})` },
    reason: reasonOption,
  },
  examples: ['proofhouse keys rewrap', 'proofhouse keys rewrap --raise-minimum --destroy-older'],
  async run({ options, switches, services, terminal, signal }) {
    const perSecond = options['keys-per-second'] ?? perSecondDefault
    if (!/^[1-9]\d{0,8}$/.test(perSecond))
      throw new OperatingError('usage-invalid', '`--keys-per-second` is a whole number from 1')
    terminal.progress('wrapping keys anew')
    const done = await rewrapWorkspaceKeys(services, {
      ...keysRequest({ options }),
      reason: reasonIn({ options }),
      keysPerSecondMax: Number(perSecond),
      raiseMinimum: switches.has('raise-minimum'),
      destroyOlder: switches.has('destroy-older'),
      signal,
    })
    terminal.progress(null)
    if (switches.has('json')) terminal.out(`${JSON.stringify(done)}\n`)
    else printLines(terminal, lines(done))
    if (!done.done) return 3
    return done.failed.length > 0 ? 1 : 0
  },
}
