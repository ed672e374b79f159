// The code in TorchScript archives: a language of its own, which reaches nothing but PyTorch's operators. Methods that
// set states run when the archive is loaded, and some operators open files by name. They are reached as `torch.name` and
// `ops.space.name`, and in other ways by `torch` or `ops` as a value, which no code that PyTorch writes has.

import type { ByteSource } from '../byte-source.ts'
import { isCompiledClass, isUnpackingClass } from '../pickle/script-classes.ts'
import type { Finder } from '../scan-findings.ts'
import { isComputing } from './script-operators.ts'

/** Longest code that is read. */
const codeSizeMaxBytes = 64 * 1_048_576
/** Parts of a name that are kept: what is known is told by fewer. */
const partsMax = 12
/** Operators that open files: aten::from_file creates what it maps, aten::save writes, torchvision's do both. */
const fileOperators =
  /\b(?:torch(?:\.autograd)*|ops\.\w+)\.(?:from_file|save|load|read_file|write_file)\b/

/** Looks for operators that do more than compute in a script. */
export function checkScriptCode(source: ByteSource, finder: Finder): void {
  if (source.sizeBytes > codeSizeMaxBytes) {
    finder.found('archive-limit', null, 'code of over 64 MiB')
    return
  }
  const code = new TextDecoder().decode(source.read(0, source.sizeBytes))
  // Only where it is code: messages speak of operators too.
  let [unknown, opening]: [DottedName | null, DottedName | null] = [null, null]
  for (const name of namesOf(code)) {
    if (isKnown(name.path)) continue
    unknown ??= name
    if (!fileOperators.test(name.path.join('.'))) continue
    opening = name
    break
  }
  if (opening !== null)
    finder.found(
      'pickle-dangerous-import',
      opening.at,
      `the script's \`${opening.path.join('.')}\` reads, writes or deletes files`,
    )
  if (unknown !== null)
    finder.found(
      'script-unknown-operator',
      unknown.at,
      `the script's \`${unknown.path.join('.')}\` is no operator that is known to compute only`,
    )
}

interface DottedName {
  readonly path: readonly string[]
  readonly at: number
}

/** The names in the code of a script, each with what follows it behind dots. */
function* namesOf(code: string): Generator<DottedName> {
  let path: string[] = []
  let [start, afterDot] = [0, false]
  for (const { token, index } of tokensOf(code)) {
    if (token === '.') {
      afterDot = true
      continue
    }
    const isName = /^[A-Za-z_]/.test(token)
    if (isName && afterDot && path.length > 0) {
      if (path.length < partsMax) path.push(token)
    } else {
      if (path.length > 0) yield { path, at: start }
      // A name behind a dot that follows no name is an attribute of a value.
      path = isName && !afterDot ? [token] : []
      start = index
    }
    afterDot = false
  }
  if (path.length > 0) yield { path, at: start }
}

/** Whether a name with dots is no operator, or one that computes. */
function isKnown(path: readonly string[]): boolean {
  const [first, ...rest] = path
  if (first === '__torch__') {
    const name = path.slice(0, 5).join('.')
    return !isCompiledClass(`${name}.`) || isUnpackingClass(name)
  }
  // `autograd` is the same name space once more.
  const name = first === 'torch' ? rest.find((one) => one !== 'autograd') : rest[1]
  if (first === 'torch') return name !== undefined && isComputing('aten', name)
  if (first === 'ops') return name !== undefined && isComputing(rest[0] ?? '', name)
  return true
}

/** Names and marks in turn, without texts and comments, as the language's own lexer cuts them. */
function* tokensOf(code: string): Generator<{ readonly token: string; readonly index: number }> {
  const name = /[A-Za-z_]\w*/y
  let hasTexts = true
  for (let at = 0; at < code.length; ) {
    const letter = code[at] ?? ''
    name.lastIndex = at
    const [word] = name.exec(code) ?? []
    if (word !== undefined) {
      yield { token: word, index: at }
      at += word.length
    } else if (letter === '#') {
      const end = code.indexOf('\n', at)
      at = end < 0 ? code.length : end
    } else if (hasTexts && (letter === "'" || letter === '"')) {
      const end = textEnd(code, at)
      // A text without an end is no code that loads; from there on everything counts.
      if (end === null) hasTexts = false
      else yield { token: letter, index: at }
      at = end ?? at + 1
    } else {
      if (!/[\s\\]/.test(letter)) yield { token: letter, index: at }
      at++
    }
  }
}

/** Where a text ends; null where it does not. */
function textEnd(code: string, start: number): number | null {
  const quote = code[start] ?? ''
  const mark = code.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  for (let at = start + mark.length; at < code.length; at++) {
    if (code[at] === '\\') at++
    else if (code.startsWith(mark, at)) return at + mark.length
    else if (code[at] === '\n' && mark.length === 1) return null
  }
  return null
}
