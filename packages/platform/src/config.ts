// What the program knows about itself and its environment. The only reader of either.

import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

/** The version of Proofhouse, as in its package. */
export const version = manifest.version
