// What the real Fairlearn and Evidently wrote (scripts/conformance/imports.mjs).

import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

const texts = Type.Record(Type.String(), Type.String())

/** The seed of the data, and the files by peer and name. */
export const peerFiles = Compile(
  Type.Object({ seed: Type.Integer(), files: Type.Record(Type.String(), texts) }),
).Parse(JSON.parse(readFileSync(new URL('./peer-files.reference.json', import.meta.url), 'utf8')))

/** The text of one file. */
export function peerFile(peer: string, name: string): string {
  const text = peerFiles.files[peer]?.[name]
  if (text === undefined) throw new Error(`${peer} wrote no file \`${name}\``)
  return text
}
