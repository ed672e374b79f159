// `proofhouse keys list`

import { OperatingError } from '@proofhouse/evidence'
import { type ListedKeys, listKeys } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { keysOptions, keysRequest } from './keys-options.ts'
import { counted, printLines } from './print-lines.ts'

const dayMs = 86_400_000

function rootLine({ provider, root, unreachable }: ListedKeys): string {
  if (unreachable !== null) return `✗ root    ${provider}: ${unreachable}`
  if (root === null) return `  root    ${provider}: no key yet`
  const version = root.version === null ? '' : ` version ${root.version}`
  const leaves = root.extractable ? ', can be copied' : ', stays with its provider'
  return `✓ root    ${provider}: \`${root.name}\`${version}${leaves}`
}

function rotationLine({ rotation }: ListedKeys): string[] {
  if (rotation === null) return []
  const { state, dueAt } = rotation
  const day = dueAt.slice(0, 10)
  if (state === 'overdue') return [`✗ overdue since ${day}; run \`proofhouse keys rotate\``]
  return [state === 'due-soon' ? `! due on ${day}` : `  due on ${day}`]
}

function lines(listed: ListedKeys): string[] {
  const none =
    listed.versions.length === 0 ? ['  no key yet; `proofhouse keys rotate` makes it'] : []
  return [
    rootLine(listed),
    `  tenant  ${listed.tenant}`,
    ...none,
    ...listed.versions.map(
      ({ version, status, createdAt, rootVersion }) =>
        `  version ${version}  ${status}, made ${createdAt.slice(0, 10)}` +
        (rootVersion === null ? '' : `, under root version ${rootVersion}`),
    ),
    ...rotationLine(listed),
    ...Object.entries(listed.keys).map(
      ([kind, { count, destroyed, older }]) =>
        `  ${kind}  ${counted(count, 'key')}, ${destroyed} destroyed, ${older} under an older version`,
    ),
    ...(listed.waiting > 0
      ? [`! ${counted(listed.waiting, 'key')} with events that the ledger does not have yet`]
      : []),
  ]
}

/** Lists the keys of a workspace. */
export const keysList: Command = {
  words: ['keys', 'list'],
  summary: 'list the keys of a workspace, and when they are due to be rotated',
  details: `Shows the root key at its provider, the versions of the tenant's key, and how many
keys are wrapped under them. No key is opened or made. Exits with 1 when a rotation
is overdue, or due within the days of --within, and with 3 when the provider cannot
be asked. A job that runs it every day is the alarm.`,
  operands: [],
  options: {
    ...keysOptions,
    within: {
      value: 'DAYS',
      description: 'exit with 1 when a rotation is due within so many days (default: 0)',
    },
  },
  examples: ['proofhouse keys list', 'proofhouse keys list --within 14 --json'],
  async run({ options, switches, services, terminal }) {
    const within = options['within'] ?? '0'
    if (!/^(0|[1-9]\d{0,3})$/.test(within))
      throw new OperatingError('usage-invalid', '`--within` is a number of days')
    const listed = await listKeys(services, keysRequest({ options }))
    if (switches.has('json')) terminal.out(`${JSON.stringify(listed)}\n`)
    else printLines(terminal, lines(listed))
    if (listed.unreachable !== null) return 3
    const { rotation } = listed
    if (rotation === null) return 0
    const alarmAtMs = Date.parse(rotation.dueAt) - Number(within) * dayMs
    return services.now().getTime() >= alarmAtMs ? 1 : 0
  },
}
