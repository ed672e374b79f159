// The code in TorchScript archives: a language of its own, which reaches nothing but PyTorch's operators. Methods that
// set states run when the archive is loaded, and some operators open files by name. They are reached as `torch.name` and
// `ops.space.name`, and in other ways by `torch` or `ops` as a value, which no code that PyTorch writes has.

import type { ByteSource } from '../byte-source.ts'
import { isCompiledClass, isUnpackingClass } from '../pickle/script-classes.ts'
import type { Finder } from '../scan-findings.ts'
import { isComputing } from './script-operators.ts'

/** Longest code that is read. */
const codeSizeMaxBytes = 64 * 1_048_576
/** Operators that open files: aten::from_file creates what it maps, aten::save writes, torchvision's do both. */
const fileOperators =
  /\b(?:torch|ops[\s\\]*\.[\s\\]*\w+)[\s\\]*\.[\s\\]*(?:from_file|save|load|read_file|write_file)\b/
/** Looks for operators that do more than compute in a script. */
export function checkScriptCode(source: ByteSource, finder: Finder): void {
  if (source.sizeBytes > codeSizeMaxBytes) {
    finder.found('archive-limit', null, 'code of over 64 MiB')
    return
  }
  const code = new TextDecoder().decode(source.read(0, source.sizeBytes))
  const found = fileOperators.exec(code)
  if (found !== null)
    finder.found(
      'pickle-dangerous-import',
      found.index,
      `the script's \`${found[0]}\` reads, writes or deletes files`,
    )
  const unknown = unknownName(code)
  if (unknown !== null)
    finder.found(
      'script-unknown-operator',
      unknown.at,
      `the script's \`${unknown.name}\` is no operator that is known to compute only`,
    )
}

/** The first name in a script that leads to an operator or a class that is not known; null for none. */
function unknownName(code: string): { readonly name: string; readonly at: number } | null {
  let path: string[] = []
  let [start, afterDot] = [0, false]
  const judged = () => {
    const name = path.join('.')
    return isKnown(path) ? null : { name, at: start }
  }
  for (const { token, index } of tokensOf(code)) {
    if (token === '.') {
      afterDot = true
      continue
    }
    const isName = /^[A-Za-z_]/.test(token)
    if (isName && afterDot && path.length > 0) path.push(token)
    else {
      const unknown = judged()
      if (unknown !== null) return unknown
      // A name behind a dot that follows no name is an attribute of a value.
      path = isName && !afterDot ? [token] : []
      start = index
    }
    afterDot = false
  }
  return judged()
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
