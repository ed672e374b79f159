// What a person pastes to say whom they believe: a trust policy or one key for a log, public keys for signers.

import {
  type DsseVerifier,
  ecdsaVerifier,
  OperatingError,
  parseTrustPolicy,
  trustLogOnly,
  type TrustPolicy,
} from '@proofhouse/evidence'

/** What stands in the fields. */
export interface TrustTexts {
  readonly log: string
  /** The log of erasures. */
  readonly evidence: string
  readonly keys: string
}

/** What that says; null where a field is empty. */
export interface GivenTrust {
  readonly log: TrustPolicy | null
  readonly evidence: TrustPolicy | null
  readonly keys: readonly DsseVerifier[] | null
}

const policyLine = /^[ \t]*(log|witness|group|quorum)[ \t]/m
const publicKey = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g

function logOf(text: string): TrustPolicy | null {
  if (text.trim() === '') return null
  return policyLine.test(text) ? parseTrustPolicy(text) : trustLogOnly(text)
}

async function keysOf(text: string): Promise<readonly DsseVerifier[] | null> {
  if (text.trim() === '') return null
  const left = text.replaceAll(publicKey, '').trim()
  if (left !== '')
    throw new OperatingError('key-malformed', 'there is more than public keys in PEM')
  return Promise.all((text.match(publicKey) ?? []).map((pem) => ecdsaVerifier(`${pem}\n`)))
}

/** Reads the fields. @throws trust-malformed, key-malformed, key-unsupported */
export async function readTrustTexts({ log, evidence, keys }: TrustTexts): Promise<GivenTrust> {
  return { log: logOf(log), evidence: logOf(evidence), keys: await keysOf(keys) }
}
