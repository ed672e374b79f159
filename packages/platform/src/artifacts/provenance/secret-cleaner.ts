// Keeps secrets out of statements: a log can never take one back. Passwords and tokens in URLs are cut out and the rest kept;
// any other text that holds a secret is replaced as a whole. Where one stood is remembered, and never the secret.

import { isJsonObject, type JsonObject, type JsonValue } from '@proofhouse/evidence'
import { traitsOf } from '../secrets/file-traits.ts'
import { searchBytes } from '../secrets/search-bytes.ts'

const replacement = 'left out: it holds a secret'

/** A user, or a user and a password, before the host of a URL. */
const userInUrl = /([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^\s/?#@]*@/g
/** A parameter of a URL that lets whoever has it in: presigned links, shared access signatures, connection strings. */
const accessInUrl =
  /([?&;])((?:[\w-]*(?:sig(?:nature)?|token|secret|credential|passw(?:or)?d|pwd|api[-_]?key|access[-_]?key(?:[-_]?id)?|auth))|user(?:name)?|uid|key|code)=[^&;#\s`'"]*/gi

/** A text without users, passwords and tokens in its URLs. */
export function withoutAccess(text: string): string {
  if (!text.includes('://') && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return text
  return text.replaceAll(userInUrl, '$1').replaceAll(accessInUrl, '$1$2=')
}

/** Replaces secrets, and remembers where they stood. */
export class SecretCleaner {
  /** What was left out, in words. */
  readonly found: string[] = []
  readonly #known = new Map<string, string>()

  /** A text of a field. @param at where it stands; its last part is the name that the text belongs to */
  text(text: string, at: string): string {
    const key = JSON.stringify([at, text])
    const cleaned = this.#known.get(key) ?? this.#cleaned(text, at)
    this.#known.set(key, cleaned)
    return cleaned
  }

  /** An object with every text in it cleaned. */
  object(value: JsonObject, at: string): JsonObject {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        withoutAccess(name),
        this.#value(member, `${at}.${name}`),
      ]),
    )
  }

  /** A URI; null where it is a secret as a whole. */
  uri(uri: string, at: string): string | null {
    const cleaned = this.text(uri, at)
    return cleaned === replacement ? null : cleaned
  }

  #cleaned(text: string, at: string): string {
    const bare = withoutAccess(text)
    if (bare !== text)
      this.found.push(
        `\`${withoutAccess(at)}\` holds a URL with a user, password or token: these are not recorded; revoke them if they are secret`,
      )
    const name = at.split('.').at(-1) ?? at
    const bytes = Buffer.from(`${name}="${bare}"\n${bare}`)
    const [first] = searchBytes(bytes, { traits: traitsOf('run'), binary: false }).found
    if (first === undefined) return bare
    this.found.push(
      `\`${withoutAccess(at)}\` holds a secret (${first.rule.name}): it is not recorded; revoke it`,
    )
    return replacement
  }

  #value(value: JsonValue, at: string): JsonValue {
    if (typeof value === 'string') return this.text(value, at)
    if (Array.isArray(value))
      return value.map((member: JsonValue, index) => this.#value(member, `${at}[${index}]`))
    return isJsonObject(value) ? this.object(value, at) : value
  }
}
