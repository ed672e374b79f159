// Words of code where none belongs: in texts that only describe a model, and in content that could not be read. Something may
// evaluate them; nothing of ours does. Only calls that no description needs are told, so that prose about code is not.

import type { ByteSource } from './byte-source.ts'
import type { Finder } from './scan-findings.ts'

/** Content is looked through to here; what lies behind it stays unread. */
const searchedMaxBytes = 256 * 1_048_576
const stepSizeBytes = 1_048_576
/** Longer than any of the words. */
const overlapBytes = 512

/** Calls with an argument: `eval()` alone is a word of prose, and a method of models. */
const calls = new RegExp(
  String.raw`(?<![\w.])(?:` +
    String.raw`(?:os|posix|nt)\.(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawn)|` +
    String.raw`subprocess\.(?:Popen|run|call|check_call|check_output|getoutput|getstatusoutput)|` +
    String.raw`pty\.spawn|importlib\.import_module|(?:marshal|pickle|dill|cloudpickle)\.loads|socket\.socket|` +
    String.raw`ctypes\.(?:CDLL|cdll\.LoadLibrary)|__import__|eval|exec` +
    String.raw`)[ \t]{0,8}\([ \t]{0,8}[^)\s]`,
  'u',
)
/** Commands of a shell, and scripts of a page that shows the text. */
const commands =
  /\/bin\/(?:ba|da|z)?sh\s{1,4}-[ci]\b|\brm\s{1,4}-rf?\s{1,4}[/~]|\b(?:curl|wget)\s[^\n|]{1,200}\|\s{0,4}(?:ba|da|z)?sh\b|<script\b/iu
/** Instructions of a pickle that import what runs code, with what may stand between module and name. */
const imports =
  /(?<![A-Za-z0-9_.])c?(?:(?:posix|nt|os)[\n\x8c\x94-][^A-Za-z]{0,3}(?:system|popen)|(?:builtins|__builtin__)[\n\x8c\x94][^A-Za-z]{0,3}(?:eval|exec|__import__|compile)|subprocess[\n\x8c\x94][^A-Za-z]{0,3}(?:Popen|run|call|check_\w{4,6}))\b/u

/** The first words of a text that run programs or code if something evaluates it; null for none. */
export function codeIn(text: string): string | null {
  return (calls.exec(text) ?? commands.exec(text))?.[0] ?? null
}

/** Elements of a tensor are looked through to here: they are gigabytes, and what hides there begins early. */
const elementsSearchedBytes = 524_288

/** Looks for instructions of a pickle among the elements of a tensor, which nothing loads as one. */
export function searchElements(source: ByteSource, finder: Finder): void {
  const text = new TextDecoder('latin1').decode(source.read(0, elementsSearchedBytes))
  const found = imports.exec(text)
  if (found !== null)
    finder.found(
      'pickle-carried',
      found.index,
      `the elements of a tensor hold instructions that import \`${found[0]}\``,
    )
}

/** Looks through content of which nothing else is known. */
export function searchUnread(source: ByteSource, finder: Finder): void {
  const latin1 = new TextDecoder('latin1')
  const end = Math.min(source.sizeBytes, searchedMaxBytes)
  for (let at = 0; at < end; at += stepSizeBytes) {
    const text = latin1.decode(source.read(at, at + stepSizeBytes + overlapBytes))
    const found = calls.exec(text) ?? commands.exec(text) ?? imports.exec(text)
    if (found === null) continue
    finder.found('unread-code', at + found.index, `what could not be read holds \`${found[0]}\``)
    return
  }
}
