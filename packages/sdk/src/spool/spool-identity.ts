// Who a spool is: its id, the source that it numbers, and what tells its key. Written once.

import { randomBytes } from 'node:crypto'
import { isJsonObject, OperatingError, parseJson } from '@proofhouse/evidence'
import type { SpoolFiles } from './ports.ts'
import { keyCheck, spoolKeySizeBytes, type SpoolSecret } from './spool-cipher.ts'

const identityFile = 'spool.json'
const sizeMaxBytes = 65_536
const idSizeBytes = 16

/** A spool's identity, with its key. */
export interface SpoolIdentity extends SpoolSecret {
  readonly source: string
}

/**
 * Reads who a spool is, or makes a new one of an empty folder.
 * @param keyOf gives the key; told whether the spool is new
 * @throws spool-corrupt; usage-invalid for another source; key-malformed for another key
 */
export async function openIdentity(
  files: SpoolFiles,
  source: string,
  keyOf: (isNew: boolean) => Buffer,
): Promise<SpoolIdentity> {
  const bytes = await files.read(identityFile, 0, sizeMaxBytes)
  if (bytes === null) return begin(files, source, keyOf)
  const value = parseJson(bytes, 'spool-corrupt')
  const told = isJsonObject(value) ? value : {}
  const id = typeof told['id'] === 'string' ? Buffer.from(told['id'], 'hex') : Buffer.alloc(0)
  if (id.length !== idSizeBytes || told['version'] !== 1)
    throw new OperatingError('spool-corrupt', `\`${identityFile}\` of the spool is damaged`)
  if (typeof told['source'] === 'string' && told['source'] !== source)
    throw new OperatingError(
      'usage-invalid',
      `this spool numbers the decisions of the source \`${told['source']}\`: give another source a spool of its own`,
    )
  const identity = { id, source, key: checkedKey(keyOf(false)) }
  if (told['key'] !== keyCheck(identity))
    throw new OperatingError('key-malformed', 'the key given is not that of this spool')
  return identity
}

async function begin(
  files: SpoolFiles,
  source: string,
  keyOf: (isNew: boolean) => Buffer,
): Promise<SpoolIdentity> {
  if ((await files.list()).length > 0)
    throw new OperatingError(
      'spool-corrupt',
      `the spool has files and no \`${identityFile}\`: restore it; nothing was changed`,
    )
  const id = randomBytes(idSizeBytes)
  const identity = { id, source, key: checkedKey(keyOf(true)) }
  const told = { version: 1, id: id.toString('hex'), source, key: keyCheck(identity) }
  await files.create(identityFile, Buffer.from(`${JSON.stringify(told)}\n`))
  return identity
}

function checkedKey(key: Buffer): Buffer {
  if (key.length === spoolKeySizeBytes) return key
  throw new OperatingError('key-malformed', `a spool's key has ${spoolKeySizeBytes} bytes`)
}
