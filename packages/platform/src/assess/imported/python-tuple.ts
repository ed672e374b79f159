// The tuple that Python prints: pandas writes the labels of an index of several levels so, as in `('a', 'b c', 1)`.

/** One member: a text in either quotes, or a number or constant, plain or as NumPy prints it. */
const member =
  /\s*(?:np\.\w+\()?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?[\w.+]+))\)?\s*(,|$)/y

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** The members of a printed tuple as texts; null where the text is none. */
export function pythonTuple(text: string): readonly string[] | null {
  if (!text.startsWith('(') || !text.endsWith(')')) return null
  const body = text.slice(1, -1)
  const members: string[] = []
  member.lastIndex = 0
  while (member.lastIndex < body.length) {
    const found = member.exec(body)
    if (found === null) return null
    const [, single, double, bare] = found
    members.push(unescaped(single ?? double ?? bare ?? ''))
  }
  return members.length === 0 ? null : members
}

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gs,
    (_all, x?: string, u?: string, wide?: string, other?: string) => {
      if (other !== undefined) return escapes[other] ?? other
      const code = Number.parseInt(x ?? u ?? wide ?? '0', 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
    },
  )
}
