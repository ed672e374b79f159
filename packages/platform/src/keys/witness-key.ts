// The key of a witness: Ed25519 that signs cosignatures and nothing else (C2SP tlog-cosignature). Its file has the form of any
// note key, `PRIVATE+KEY+name+…`, as other witnesses use; its public line and id are those of type 4.

import { sign } from 'node:crypto'
import {
  formatVerifierKey,
  isKeyName,
  keyIdOf,
  OperatingError,
  parseSignerKey,
  signatureType,
} from '@proofhouse/evidence'
import type { KeyFiles } from './ports.ts'
import type { LedgerKey } from './signing-key.ts'
import { keyPairOf, newSignerKeyLine, readOrCreate, signerKeyLine } from './workspace-keys.ts'

/**
 * The witness's key in a file; made under the given name when there is none.
 * @throws key-malformed, also when the file's key has another name; file-missing when there is none and no name to make one for;
 *   usage-invalid for a name that is none; file-unreadable, file-unwritable
 */
export async function openWitnessKey(
  files: KeyFiles,
  path: string,
  name: string | null,
): Promise<LedgerKey> {
  if (name !== null && !isKeyName(name))
    throw new OperatingError('usage-invalid', `\`${name}\` is no key name: no spaces and no \`+\``)
  const { text } =
    name === null
      ? { text: await files.readPrivate(path) }
      : await readOrCreate(files, path, () => newSignerKeyLine(name))
  if (text === null)
    throw new OperatingError(
      'file-missing',
      `no key at \`${path}\`; name the witness with \`--name\`, such as \`witness.example/w1\`, to make one`,
    )
  const key = parseSignerKey(text.trimEnd())
  if (name !== null && key.name !== name)
    throw malformed(path, `belongs to the witness \`${key.name}\`, not \`${name}\``)
  if (text.trimEnd() !== signerKeyLine(key.name, key.seed).trimEnd())
    throw malformed(path, 'has a key id that is not its own')
  const { privateKey, publicKey } = keyPairOf(key.seed)
  const type = signatureType.cosignatureV1
  return {
    signer: {
      name: key.name,
      keyId: keyIdOf(key.name, type, publicKey),
      sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
    },
    verifierKey: formatVerifierKey({ name: key.name, type, publicKey }),
  }
}

function malformed(path: string, problem: string): OperatingError {
  return new OperatingError('key-malformed', `key file \`${path}\` ${problem}`)
}
