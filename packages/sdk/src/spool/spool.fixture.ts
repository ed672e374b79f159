// A spool in a folder of its own, to open again and again.

import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SpoolFolder } from '../adapters/spool-folder.ts'
import { Spool } from './spool.ts'
import { openIdentity } from './spool-identity.ts'

/** Numbers and texts of what a spool holds. */
export type Held = readonly (readonly [number, string])[]

/** A folder and a key; `open` opens the spool in it. */
export function newSpool(folder = join(mkdtempSync(join(tmpdir(), 'spool-')), 'spool')) {
  const key = randomBytes(32)
  return {
    folder,
    key,
    async open(segmentBytes = 8_192, settled = 0) {
      const files = await SpoolFolder.open(folder)
      try {
        const secret = await openIdentity(files, 'gateway', () => key)
        const spool = await Spool.open(files, secret, { limits: { segmentBytes }, settled })
        const close = async () => {
          await spool.close()
          await files.close()
        }
        const append = (...texts: readonly string[]) =>
          spool.append(
            texts.map((text) => () => text),
            1_000,
          )
        return { spool, files, secret, append, close }
      } catch (error) {
        await files.close()
        throw error
      }
    },
  }
}

/** Everything that a spool holds, read in pages of so many. */
export async function heldIn(spool: Spool, pageMax = 7): Promise<Held> {
  const held: (readonly [number, string])[] = []
  for (;;) {
    const page = await spool.read(held.length + pageMax, 1e9)
    if (page.length === held.length) return held
    held.push(...page.slice(held.length).map(({ sequence, text }) => [sequence, text] as const))
  }
}
