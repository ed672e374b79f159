// A strict reader of HTML and XML for tests: it accepts only what it can account for, so a quote or bracket that slipped
// through escaping is an error, not a guess. Attributes must be quoted; every element but HTML's void ones must be closed.

/** An element with its attributes and children. */
export interface TreeElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: (TreeElement | string)[]
}

const voidElements = new Set(['meta', 'br', 'link', 'img', 'hr'])
const token =
  /<!--[\s\S]*?-->|<!doctype html>|<\?xml[^?]*\?>|<\/([a-z][a-z0-9-]*)>|<([a-z][a-z0-9-]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<]*")?)*)\s*(\/?)>|[^<]+/gy
const reference = /&(?:amp|lt|gt|quot|apos|#39|#58|#46);/g

/** The document's root. @throws when any byte of it is not well-formed */
export function readMarkup(text: string, options: { readonly html: boolean }): TreeElement {
  const root: TreeElement = { name: '', attributes: new Map(), children: [] }
  const open = [root]
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (match === null) throw new Error(`not well-formed at ${text.slice(at, at + 60)}`)
    const [whole, closing, name, attributes = '', selfClosing] = match
    const parent = open.at(-1) ?? root
    if (closing !== undefined) {
      if (open.pop()?.name !== closing) throw new Error(`</${closing}> closes <${parent.name}>`)
    } else if (name !== undefined) {
      const element = { name, attributes: attributesOf(attributes), children: [] }
      parent.children.push(element)
      if (selfClosing !== '/' && !(options.html && voidElements.has(name))) open.push(element)
    } else if (!whole.startsWith('<')) {
      parent.children.push(parent.name === 'style' ? whole : unescaped(whole))
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name ?? ''}> is never closed`)
  return root
}

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(
    /([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"]*)")?/g,
  )) {
    if (found.has(name)) throw new Error(`attribute ${name} is given twice`)
    found.set(name, unescaped(value))
  }
  return found
}

const characters: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
}

function unescaped(text: string): string {
  if (text.replaceAll(reference, '').includes('&')) throw new Error(`a bare & in ${text}`)
  return text.replaceAll(reference, (entity) => characters[entity] ?? entity)
}

/** Every element below, depth first. */
export function elementsOf(element: TreeElement): TreeElement[] {
  return element.children.flatMap((child) =>
    typeof child === 'string' ? [] : [child, ...elementsOf(child)],
  )
}

/** The text of an element and everything in it. */
export function textOf(element: TreeElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('')
}
