// The first line of a file that nobody else may read: what stands in an argument or a variable others can see.

import { OperatingError } from '@proofhouse/evidence'
import type { Services } from './services.ts'

/** @param what it holds, in a word, such as `passphrase` @throws file-missing, key-malformed */
export async function secretLine(
  keyFiles: Services['keyFiles'],
  { path, what }: { readonly path: string; readonly what: string },
): Promise<string> {
  const text = await keyFiles.readPrivate(path)
  if (text === null) throw new OperatingError('file-missing', `no ${what} file at \`${path}\``)
  const [line = ''] = text.split(/\r?\n/)
  if (line === '')
    throw new OperatingError('key-malformed', `\`${path}\` has no ${what} in its first line`)
  return line
}

/** A secret that goes into a header or a request, and so may hold nothing but what one can see. @throws file-missing, key-malformed */
export async function tokenLine(keyFiles: Services['keyFiles'], path: string): Promise<string> {
  const line = (await secretLine(keyFiles, { path, what: 'token' })).trim()
  if (!/^[\x20-\x7e]+$/.test(line))
    throw new OperatingError('key-malformed', `\`${path}\` holds no token in its first line`)
  return line
}
