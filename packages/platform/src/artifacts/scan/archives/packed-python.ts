// Python source that is packed with a model: a handler, a class, a set-up file. Whoever serves the model imports it. What it names
// is told, and not what it does, which nobody can know without running it: honest handlers read files and compute, and need neither
// other programs nor a way around names.

import type { ByteSource } from '../byte-source.ts'
import type { Finder } from '../scan-findings.ts'

/** Larger sources are not read. */
const sourceSizeMaxBytes = 16 * 1_048_576
/** A name of Python; longer ones are nobody's. */
const identifier = String.raw`[A-Za-z_]\w{0,99}`

const modules =
  'subprocess|_posixsubprocess|posix|nt|pty|ctypes|_ctypes|runpy|webbrowser|marshal|builtins|__builtin__|code|codeop|imp|socket|' +
  // What a package's version and files are read by is no way to code.
  'importlib(?!\\.(?:metadata|resources)\\b|[ \\t]+import[ \\t]+(?:metadata|resources)[ \\t]*(?:as[ \\t]+\\w{1,99}[ \\t]*)?(?:[#\\n;]|$))|' +
  'telnetlib|ftplib|commands|popen2|pdb|timeit|platform\\.popen'
/** What each place names. Every pattern is anchored by a word, so that the time is linear. */
const named: readonly (readonly [effect: string, pattern: RegExp])[] = [
  [
    'imports what runs programs or code, or reaches the network',
    new RegExp(
      String.raw`(?:^|[;:\n])[ \t]*(?:import[ \t]+(?:${identifier}(?:\.${identifier}){0,9}(?:[ \t]+as[ \t]+${identifier})?[ \t]*,[ \t]*){0,20}|from[ \t]+)(?:${modules})(?![\w])`,
      'u',
    ),
  ],
  [
    'runs programs',
    /\bos[ \t]*\.[ \t]*(?:system|popen\w?|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|startfile|fork|__dict__)\b|\bcreate_subprocess_(?:exec|shell)\b|\bsubprocess_(?:exec|shell)\b/u,
  ],
  [
    'runs programs',
    /\bfrom[ \t]+os[ \t]+import[ \t(]{1,9}(?:\w{1,99}[ \t,]{1,9}){0,60}(?:(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|startfile)\b|\*)|\bfrom[ \t]+os[ \t]+import[ \t]*\([^()]{0,2000}?\b(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|startfile)\b|\bimport[ \t]+os[ \t]+as[ \t]+(?!os\b)\w|\bimport[ \t]+(?:[\w.]{1,99}[ \t]*,[ \t]*){1,20}os[ \t]+as[ \t]+(?!os\b)\w|\.[ \t]*(?:system|popen)[ \t]*\([ \t\n]*[^)\s]/u,
  ],
  ['runs code', /(?<![\w.])(?<!\bdef[ \t]{1,4})(?:eval|exec|execfile)[ \t]*\(|\b__import__\b/u],
  [
    'reaches what it does not name',
    /(?<![\w.])(?:getattr|vars|setattr)[ \t]*\([ \t]*(?:os|sys|builtins|__builtins__)\b|\b__builtins__\b|\b__getattribute__\b|\b__globals__\b|\b__subclasses__\b|(?<![\w.])(?:globals|locals)[ \t]*\([ \t]*\)[ \t]*[[.]|\bsys[ \t]*\.[ \t]*modules\b/u,
  ],
  [
    'runs code',
    /=[ \t]*(?:eval|exec|__import__)[ \t]*(?:[#\n;,)]|$)|\b(?:import_module|run_path|run_module|LoadLibrary|spec_from_\w{1,40}|SourceFileLoader|SourcelessFileLoader|exec_module)\b/u,
  ],
  ['loads a pickle', /\b(?:pickle|cPickle|dill|cloudpickle|marshal)[ \t]*\.[ \t]*loads\b/u],
]

/**
 * Source as Python's own reader takes it: names in their normal form, other ends of lines, and lines that a backslash joins. Places
 * stay what they are but for letters that have another form.
 */
function asPythonReads(source: string): string {
  const lines = source
    .replaceAll(/\r(?!\n)|\f/g, '\n')
    .replaceAll(/\\\r?\n/g, (joint) => ' '.repeat(joint.length))
  return /^[\0-\x7f]*$/.test(lines) ? lines : lines.normalize('NFKC')
}

/** The encoding that the first two lines declare, where ASCII in it may be other letters; null for none. */
function foreignEncoding(code: string): string | null {
  const [first = '', second = ''] = code.slice(0, 2000).split('\n', 2)
  for (const line of [first, second]) {
    const [, name] = /^[ \t]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line) ?? []
    if (name !== undefined) return plainEncodings.test(name) ? null : name
  }
  return null
}

const plainEncodings =
  /^(?:utf[-_]?8(?:[-_]sig)?|(?:us-?)?ascii|latin[-_]?\w{1,2}|(?:iso[-_]?)?8859[-_]\w+|l\d|cp125\d|windows-125\d|koi8[-_]\w|gb\w+|big5\w*|euc[-_]\w+|shift[-_]jis|cp9\d\d)(?:-(?:unix|dos|mac))?$/i

/** Whether a text is Python source, by its name or by its first line. */
export function isPythonSource(name: string, head: Uint8Array): boolean {
  if (/\.pyw?\s*$/i.test(name)) return true
  const first = new TextDecoder('latin1').decode(head.subarray(0, 80))
  if (/^#![^\n]*python/.test(first)) return true
  return /(?:^|\/)[^./]+$/.test(name) && /^(?:import|from)[ \t]+[A-Za-z_]\w*/.test(first)
}

/** Whether a text is a script that a shell or another interpreter runs, by its name or by its first line. */
export const isShellScript = (name: string, head: Uint8Array): boolean =>
  /\.(?:sh|bash|bat|cmd|ps1)\s*$/i.test(name) ||
  /^#![^\n]*\b(?:(?:ba|da|z|k|c|tc|fi|pw)?sh|perl|ruby|node|php|osascript|tclsh)\b/.test(
    new TextDecoder('latin1').decode(head.subarray(0, 80)),
  )

/** Looks through Python source in an archive for what no model's code needs. */
export function checkPackedPython(source: ByteSource, finder: Finder): void {
  if (source.sizeBytes > sourceSizeMaxBytes) {
    finder.found('archive-limit', null, 'Python source of over 16 MiB')
    return
  }
  const code = asPythonReads(new TextDecoder().decode(source.read(0, source.sizeBytes)))
  const encoding = foreignEncoding(code)
  if (encoding !== null)
    finder.found('packed-code', 0, `it is to be read as \`${encoding}\`, which hides code`)
  for (const [effect, pattern] of named) {
    const found = pattern.exec(code)
    if (found !== null) finder.found('packed-code', found.index, `\`${found[0].trim()}\` ${effect}`)
  }
}
