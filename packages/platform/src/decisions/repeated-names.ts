// Whether an object of a JSON text has a name twice, which JSON.parse forgives: the last one counts, and whoever else reads the text may
// take the first. Told by counting: a parsed value has as many members as its text has colons, or names came twice.

const quote = 0x22
const space = 0x20
const colon = 0x3a
const backslash = 0x5c

/** @param value what JSON.parse made of the text */
export function hasRepeatedNames(text: string, value: unknown): boolean {
  const members = membersIn(value)
  // Never fewer than there are: where texts begin with a colon, or have one behind a quotation mark, look closely.
  if (colonsAfterQuotes(text) === members) return false
  return colonsOutsideTexts(text) !== members
}

/** Colons that have a quotation mark before them: those of all members, and of few texts. */
function colonsAfterQuotes(text: string): number {
  let count = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    let before = at - 1
    while (text.charCodeAt(before) <= space) before -= 1
    if (text.charCodeAt(before) === quote) count += 1
  }
  return count
}

function colonsOutsideTexts(text: string): number {
  let count = 0
  let isInside = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) isInside = !isInside
    else if (code === backslash && isInside) at += 1
    else if (code === colon && !isInside) count += 1
  }
  return count
}

/** Members of every object in a value. Without recursion: a client says how deep it nests. */
function membersIn(value: unknown): number {
  let count = 0
  const left: object[] = []
  const look = (member: unknown) => {
    if (typeof member === 'object' && member !== null) left.push(member)
  }
  look(value)
  while (left.length > 0) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else was put there
    const next = left.pop() as object
    if (Array.isArray(next)) for (const member of next as readonly unknown[]) look(member)
    else {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- neither list nor null nor text
      const object = next as Readonly<Record<string, unknown>>
      for (const name in object) {
        count += 1
        look(object[name])
      }
    }
  }
  return count
}
