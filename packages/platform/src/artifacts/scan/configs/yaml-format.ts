// YAML configurations: what they name to call, as in JSON, and Python's own tags, which an unsafe loader obeys. Aliases are
// not followed: what they stand for is looked at where it is defined.

import type { Document } from 'yaml'
import type { Member, ScanFormat } from '../scan-format.ts'
import type { Finder } from '../scan-findings.ts'
import { dangerOfTarget } from './call-targets.ts'
import { textOf } from './json-format.ts'
import type { JsonValue } from './json-reader.ts'
import { scanConfig } from './scan-config.ts'

/** Larger texts are no configurations. */
const textSizeMaxBytes = 512 * 1024
/** Tags and anchors that one value has: more in a row make the parser go over them again and again. */
const propertiesMax = 20
/** Nodes nest this deep in no configuration. */
const depthMax = 200
/** Words that a text must hold for it to be read as YAML when it is not called so. */
const telling =
  /_target_|python\/|chat_template|auto_map|trust_remote_code|loader_module|!(?:new|name|apply|module):/
const isCalledYaml = (name: string) => /\.ya?ml$/i.test(name)

/** The parser: a third of a small scan's time, so that it is loaded by the first text that may need it. */
type Parser = typeof import('yaml')
const loadParser = (): Promise<Parser> => import('yaml')

interface ReadYaml {
  readonly documents: readonly Document.Parsed[]
  readonly problem: string | null
}

function readYaml({ parseAllDocuments }: Parser, text: string): ReadYaml {
  let properties = 0
  for (const word of text.split(/\s+/)) {
    properties = word.startsWith('!') || word.startsWith('&') ? properties + 1 : 0
    if (properties > propertiesMax) return { documents: [], problem: 'it heaps up tags or anchors' }
  }
  try {
    const documents = parseAllDocuments(text, {
      uniqueKeys: false,
      merge: true,
      logLevel: 'silent',
    })
    const list = Array.isArray(documents) ? documents : []
    const error = list.flatMap((document) => document.errors)[0]
    return { documents: list, problem: error?.message.split('\n')[0] ?? null }
  } catch (error) {
    // The parser follows nesting by calling itself.
    if (!(error instanceof RangeError)) throw error
    return { documents: [], problem: 'it nests too deep' }
  }
}

/** YAML files: by name, or by what they hold when they are mappings. */
export const yamlFormat: ScanFormat = {
  name: 'yaml',
  recognises: (_head, member) => {
    if (member.source.sizeBytes > textSizeMaxBytes)
      return isCalledYaml(member.name) && textOf(member, 256 * textSizeMaxBytes) !== null
    const text = textOf(member, textSizeMaxBytes)
    if (text === null || text.includes('\0')) return false
    if (isCalledYaml(member.name)) return true
    if (!telling.test(text)) return false
    return holdsMapping(text)
  },
  scan,
}

async function holdsMapping(text: string): Promise<boolean> {
  const parser = await loadParser()
  const { documents, problem } = readYaml(parser, text)
  return problem === null && documents.some(({ contents }) => parser.isMap(contents))
}

async function scan(member: Member): Promise<void> {
  const { finder } = member
  const text = textOf(member, textSizeMaxBytes)
  if (text === null) {
    finder.found('yaml-malformed', null, 'it is larger than 512 KiB')
    return
  }
  const parser = await loadParser()
  const { documents, problem } = readYaml(parser, text)
  if (problem !== null) finder.found('yaml-malformed', null, problem)
  for (const { contents } of documents)
    scanConfig(valueOf(contents, 0, { ...parser, finder }), finder)
}

/** A node as JSON has it, and what its tags would do. */
function valueOf(node: unknown, depth: number, by: Parser & { finder: Finder }): JsonValue {
  const { finder, isAlias, isMap, isNode, isScalar, isSeq } = by
  if (!isNode(node) || isAlias(node)) return null
  if (depth > depthMax) {
    finder.found('yaml-malformed', node.range?.[0] ?? null, 'it nests too deep')
    return null
  }
  if (node.tag !== undefined) scanTag(node.tag, node.range?.[0] ?? null, finder)
  if (isMap(node))
    return new Map(
      node.items.map(({ key, value }): [string, JsonValue] => {
        const name = valueOf(key, depth + 1, by)
        return [typeof name === 'object' ? '' : String(name), valueOf(value, depth + 1, by)]
      }),
    )
  if (isSeq(node)) return node.items.map((item) => valueOf(item, depth + 1, by))
  const value = isScalar(node) ? node.value : null
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null
}

/**
 * `!!python/object/apply:os.system` and its like; `!!python/tuple` and other plain types name nothing. HyperPyYAML spells the
 * same as `!new:`, `!name:` and `!apply:`, for the classes of whatever the model is built from.
 */
function scanTag(tag: string, offset: number | null, finder: Finder): void {
  const spelled = decodeURIComponentSafely(tag)
  const [, kind, name] =
    /python\/([a-z/]+):(.+)$/.exec(spelled) ??
    /^!(new|name|apply|module|applyref):(.+)$/.exec(spelled) ??
    []
  if (kind === undefined || name === undefined) return
  const danger = dangerOfTarget(name)
  if (danger !== null) finder.found('config-dangerous-target', offset, `\`${name}\` ${danger}`)
  else if (spelled.includes('python/'))
    finder.found('yaml-python-object', offset, `makes a ${kind.replace('/', ' ')} of \`${name}\``)
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
