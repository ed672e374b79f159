// Vault files with a fate for every call that changes them, and a place of their own for what a crash leaves of one call.

import { OperatingError } from '@proofhouse/evidence'
import type { Piece, VaultFiles } from './ports.ts'

/** What becomes of a call: works; fails without effect, after its effect, or after a part of it. */
export type VaultFate = 'works' | 'lost' | 'kept' | 'torn'

/** Every fate but the good one. */
export const vaultFaults: readonly VaultFate[] = ['lost', 'kept', 'torn']

const injected = (name: string) => new OperatingError('storage-failed', `${name}, injected`)

/** The files with a fate for every write, by its number. */
export function faultyFiles(files: VaultFiles, fateOf: (call: number) => VaultFate) {
  const calls: string[] = []
  const fated = async (name: string, whole: () => Promise<void>, part: () => Promise<void>) => {
    const fate = fateOf(calls.length)
    calls.push(name)
    if (fate === 'works' || fate === 'kept') await whole()
    if (fate === 'torn') await part()
    if (fate !== 'works') throw injected(name)
  }
  const half = (bytes: Uint8Array) => bytes.subarray(0, bytes.length >> 1)
  const faulty: VaultFiles = {
    append: (name, at, bytes) =>
      fated(
        `append ${name}`,
        () => files.append(name, at, bytes),
        () => files.append(name, at, half(bytes)),
      ),
    read: (name, offset, length) => files.read(name, offset, length),
    overwrite: (name, pieces) =>
      fated(
        `overwrite ${name}`,
        () => files.overwrite(name, pieces),
        () =>
          files.overwrite(
            name,
            pieces.map(({ offset, bytes }): Piece => ({ offset, bytes: half(bytes) })),
          ),
      ),
    // In one step: a crash leaves the old or the new.
    replace: (name, bytes) =>
      fated(
        `replace ${name}`,
        () => files.replace(name, bytes),
        () => Promise.resolve(),
      ),
    list: () => files.list(),
    close: () => files.close(),
  }
  return { files: faulty, calls }
}
