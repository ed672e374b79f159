// `model.signature` in the system file: the signature that the model's bytes must bear, and whom to believe. There is no way
// to ask for a signature without saying whose.

import { type Static, Type } from 'typebox'
import type { Refuse } from './drift-settings.ts'
import { closed, path, text } from './schema-parts.ts'

/** The schema of `model.signature`. */
export const signatureSchema = Type.Object(
  {
    path: path('The signature (OpenSSF Model Signing), as `proofhouse sign` writes it.'),
    key: Type.Optional(path('The public key of the signer.')),
    roots: Type.Optional(
      path("Root certificates that the signer's certificate must lead to; with `identity`."),
    ),
    chain: Type.Optional(path('Certificates between, where the signature does not bring them.')),
    trusted_root: Type.Optional(
      path('A Sigstore trusted root, for a keyless signature; with `identity` and `issuer`.'),
    ),
    identity: Type.Optional(text("The name that the signer's certificate must be for.")),
    issuer: Type.Optional(text('Who must vouch for the name of a keyless signer.')),
  },
  {
    ...closed,
    description:
      'The model is loaded only if this signature holds for its very bytes. Say whom to believe by one of `key`, `roots` and `trusted_root`, from elsewhere than the model.',
  },
)

/** The signature to demand. */
export interface SignatureSettings {
  readonly path: string
  readonly trust:
    | { readonly kind: 'key'; readonly path: string }
    | {
        readonly kind: 'roots'
        readonly path: string
        readonly chainPath: string | null
        readonly identity: string
      }
    | {
        readonly kind: 'trusted-root'
        readonly path: string
        readonly identity: string
        readonly issuer: string
      }
}

type SignatureSource = Static<typeof signatureSchema>

/** What the file says; null where it demands none. */
export function signatureOf(source: SignatureSource | undefined): SignatureSettings | null {
  if (source === undefined) return null
  const { key, roots, chain = null, identity = '', issuer = '' } = source
  if (key !== undefined) return { path: source.path, trust: { kind: 'key', path: key } }
  if (roots !== undefined)
    return { path: source.path, trust: { kind: 'roots', path: roots, chainPath: chain, identity } }
  const root = source.trusted_root ?? ''
  return { path: source.path, trust: { kind: 'trusted-root', path: root, identity, issuer } }
}

/** Ways to say whom to believe, with what each needs and what else it takes. */
const ways = {
  key: { needs: [], takes: [] },
  roots: { needs: ['identity'], takes: ['chain'] },
  trusted_root: { needs: ['identity', 'issuer'], takes: [] },
} as const satisfies Partial<
  Record<keyof SignatureSource, Record<string, readonly (keyof SignatureSource)[]>>
>

/** Exactly one way, with all that it needs and nothing that would not count. */
export function checkSignature(
  { model }: { readonly model?: { readonly signature?: SignatureSource } },
  refuse: Refuse,
): void {
  const source = model?.signature
  if (source === undefined) return
  const at = ['model', 'signature']
  const [way, ...more] = (['key', 'roots', 'trusted_root'] as const).filter(
    (name) => source[name] !== undefined,
  )
  if (way === undefined || more.length > 0)
    return refuse(
      at,
      'say whom to believe by exactly one of `key`, `roots` and `trusted_root`: a signature that anybody may have made proves nothing',
    )
  const needs: readonly string[] = ways[way].needs
  const known = [...needs, ...ways[way].takes]
  const others = ['chain', 'identity', 'issuer'] as const
  const missing = others.find((name) => needs.includes(name) && source[name] === undefined)
  if (missing !== undefined)
    return refuse(at, `\`${way}\` needs \`${missing}\`: it vouches for more than one name`)
  const stray = others.find((name) => source[name] !== undefined && !known.includes(name))
  if (stray !== undefined) refuse([...at, stray], `\`${stray}\` does not go with \`${way}\``)
}
