// Root keys in AWS KMS, symmetric, by alias. What is wrapped is bound by the encryption context,
// which KMS authenticates and writes to its
// own trail. KMS does not number the versions of a key: it knows by itself which one to unwrap
// with. Credentials are those that the
// SDK finds for this machine (instance role, web identity, profile), unless some are given.

import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  type KMSClient,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { assert } from '@proofhouse/evidence'
import {
  isKeyId,
  type KeyBinding,
  type KeyProvider,
  type RootKey,
  unwrapFailed,
} from '../keys/index.ts'
import {
  kmsClient,
  type KmsOptions,
  missing,
  nameOf,
  operatingError,
  refused,
  requireBytes,
} from './kms-client.ts'

/** The shortest time that KMS lets pass before it deletes a key. */
const deletionDays = 7

/** The adapter of KeyProvider over AWS KMS. */
export function kmsKeyProvider(options: KmsOptions): KeyProvider {
  const client = kmsClient(options)
  const find = (name: string) => findKey(client, name)
  return {
    kind: 'aws-kms',
    find,
    async create(name) {
      const there = await find(name)
      if (there !== null) return there
      await createUnderAlias(client, name).catch((cause: unknown) => {
        throw operatingError(name, cause)
      })
      return (await find(name)) ?? raiseMissing(name)
    },
    async rotate(name) {
      const key = (await find(name)) ?? raiseMissing(name)
      try {
        // Takes the key's id, not its alias.
        const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: aliasOf(name) }))
        await client.send(new RotateKeyOnDemandCommand({ KeyId: KeyMetadata?.KeyId }))
      } catch (cause) {
        throw operatingError(name, cause)
      }
      return key
    },
    async wrap(name, plain, binding) {
      const sealed = await client
        .send(
          new EncryptCommand({
            KeyId: aliasOf(name),
            Plaintext: plain,
            EncryptionContext: contextOf(binding),
          }),
        )
        .catch((cause: unknown) => {
          throw operatingError(name, cause)
        })
      return { bytes: requireBytes(name, sealed.CiphertextBlob), rootVersion: null }
    },
    async unwrap(name, wrapped, binding) {
      if (wrapped.length === 0) {
        if ((await find(name)) === null) throw missing(name)
        throw unwrapFailed(binding)
      }
      const opened = await client
        .send(
          new DecryptCommand({
            KeyId: aliasOf(name),
            CiphertextBlob: wrapped,
            EncryptionContext: contextOf(binding),
          }),
        )
        .catch((cause: unknown) => {
          if (/^(InvalidCiphertext|IncorrectKey)Exception$/.test(nameOf(cause)))
            throw unwrapFailed(binding)
          throw operatingError(name, cause)
        })
      return requireBytes(name, opened.Plaintext)
    },
  }
}

async function findKey(client: KMSClient, name: string): Promise<RootKey | null> {
  const described = client.send(new DescribeKeyCommand({ KeyId: aliasOf(name) }))
  const { KeyMetadata: told } = await described.catch((cause: unknown) => {
    if (nameOf(cause) === 'NotFoundException') return { KeyMetadata: undefined }
    throw operatingError(name, cause)
  })
  if (told === undefined) return null
  if (told.KeySpec !== 'SYMMETRIC_DEFAULT' || told.KeyUsage !== 'ENCRYPT_DECRYPT')
    throw refused(name, 'it is no symmetric key for encryption')
  if (told.KeyState !== 'Enabled') throw refused(name, `it is \`${told.KeyState}\``)
  return { name, version: null, extractable: false }
}

async function createUnderAlias(client: KMSClient, name: string): Promise<void> {
  const made = await client.send(
    new CreateKeyCommand({
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      Description: `Proofhouse root key ${name}`,
    }),
  )
  const id = made.KeyMetadata?.KeyId
  if (id === undefined) throw refused(name, 'a key without an id was created')
  try {
    await client.send(new CreateAliasCommand({ AliasName: aliasOf(name), TargetKeyId: id }))
  } catch (cause) {
    // Somebody else was first: theirs is the key, and ours has wrapped nothing.
    const deletion = { KeyId: id, PendingWindowInDays: deletionDays }
    await client.send(new ScheduleKeyDeletionCommand(deletion))
    if (nameOf(cause) !== 'AlreadyExistsException') throw cause
  }
}

function aliasOf(name: string): string {
  assert(isKeyId(name), 'a root key has a name of letters and digits')
  // KMS allows no dots in an alias, and the slash is in no name.
  return `alias/${name.replaceAll('.', '/')}`
}

/** What KMS authenticates: the fields of the binding by name. */
function contextOf({ tenant, kind, id, version }: KeyBinding): Record<string, string> {
  return { proofhouse: 'key-wrapping/v1', tenant, kind, id, version: String(version) }
}

function raiseMissing(name: string): never {
  throw missing(name)
}
