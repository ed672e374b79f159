// `proofhouse keys rotate [--root]`

import { type RotatedKeys, rotateKeys } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { keysOptions, keysRequest, reasonIn, reasonOption } from './keys-options.ts'
import { counted, printLines } from './print-lines.ts'

function lines({ tenant, version, rootVersion, rewrapped }: RotatedKeys): string[] {
  if (version === null)
    return [
      `root key rotated${rootVersion === null ? '' : ` to version ${rootVersion}`}; ` +
        `${counted(rewrapped, 'version')} of the key of ${tenant} wrapped anew`,
    ]
  const next = 'next: `proofhouse keys rewrap` moves what is under older versions'
  return [`key of ${tenant} is now version ${version}`, ...(version > 1 ? [next] : [])]
}

/** Rotates the key of a tenant, or the root key. */
export const keysRotate: Command = {
  words: ['keys', 'rotate'],
  summary: "add a version to a tenant's key, or to the root key",
  details: `The new version wraps from now on; the old ones still open what they wrapped, until
\`keys rewrap\` has moved it. Makes the first key where there is none. With --root the
root key gets a version at its provider, and the tenant's versions are wrapped anew
under it. Every change is a statement in the ledger.`,
  operands: [],
  options: {
    ...keysOptions,
    root: { description: 'rotate the root key' },
    reason: reasonOption,
  },
  examples: ['proofhouse keys rotate', 'proofhouse keys rotate --root --reason compromise'],
  async run({ options, switches, services, terminal }) {
    const root = switches.has('root')
    const reason = reasonIn({ options })
    const rotated = await rotateKeys(services, { ...keysRequest({ options }), root, reason })
    if (switches.has('json')) terminal.out(`${JSON.stringify(rotated)}\n`)
    else printLines(terminal, lines(rotated))
    return 0
  },
}
