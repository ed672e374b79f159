// The few globals this package may use: they exist in every browser and in Node, and nothing else of either host does.
// Declared by hand so that `process`, `Buffer`, `document`, `fetch` and `node:*` are compile errors here.

interface EvidenceCryptoKey {
  readonly type: 'public' | 'private' | 'secret'
}

interface EvidenceSubtleCrypto {
  importKey(
    format: 'raw' | 'spki' | 'pkcs8',
    keyData: Uint8Array<ArrayBuffer>,
    algorithm: string | { readonly name: string; readonly namedCurve?: string },
    extractable: boolean,
    usages: readonly ('sign' | 'verify')[],
  ): Promise<EvidenceCryptoKey>
  verify(
    algorithm: string | { readonly name: string; readonly hash?: string },
    key: EvidenceCryptoKey,
    signature: Uint8Array<ArrayBuffer>,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>
  sign(
    algorithm: string | { readonly name: string; readonly hash?: string },
    key: EvidenceCryptoKey,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer>
}

declare const crypto: { readonly subtle: EvidenceSubtleCrypto }

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label: 'utf-8', options: { readonly fatal: boolean; readonly ignoreBOM: boolean })
  decode(bytes: Uint8Array): string
}
