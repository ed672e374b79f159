// What a Jinja template would do when it is filled in: attributes that lead out of the data into Python, names that are put
// together so as not to be seen, objects of the engine that no chat needs, other files.

import type { Finder } from '../scan-findings.ts'
import { type JinjaBlock, JinjaFault, type JinjaToken, jinjaBlocks } from './jinja-blocks.ts'

/** Longer templates are not read; the longest that ship are some 50 kB. */
const templateLengthMax = 1_048_576

/** Special names of Python, spelled out as such or inside of a text. */
const special =
  /__(?:class|bases?|mro|subclasses|globals|builtins|import|init|new|dict|getattribute|getattr|getitem|setattr|call|code|closure|func|self|module|loader|spec|reduce|reduce_ex|init_subclass|subclasshook|annotations|wrapped|name|qualname|doc|file|path|del|repr|str|enter|exit|defaults|kwdefaults|weakref|slots|context)__/
/** Attributes of frames, functions and the engine that lead on as well. */
const internal =
  /^(?:__\w+__|_{1,2}[A-Z]\w*__\w+|(?:gi|cr|ag|tb)_(?:frame|code|await|yieldfrom|next|lasti|running)|f_(?:globals|locals|builtins|back|code)|co_(?:code|consts|names)|func_(?:globals|code|closure|defaults)|im_(?:func|self|class)|mro|_load_form_data|_TemplateReference__context)$/
/** Functions of Python that no data has. */
const dangerousCall =
  /^(?:popen|system|spawn\w*|exec[lv]\w*|check_output|check_call|getoutput|eval|exec|compile|__import__|import_module|getattr|setattr|open|run_code|fork|read_text|write_text|unlink|rmtree|urlopen|subprocess|load_module)$/
const engineObjects = ['cycler', 'joiner', 'lipsum', 'self', 'url_for', 'get_flashed_messages']
/** Modules that a template has only where a program gave them to it, and their functions then do what they do. */
const modules =
  /^(?:requests|httpx|aiohttp|urllib3?|socket|subprocess|os|sys|shutil|importlib|builtins|pickle|ctypes|pathlib)$/
const includes = ['include', 'import', 'from', 'extends']
/** Filters that change a text or make one. */
const textFilters = new Set([
  'join',
  'format',
  'replace',
  'reverse',
  'lower',
  'string',
  'trim',
  'upper',
])
/** Filters and tests that look up an attribute by a name that they are given. */
const lookups = [
  'attr',
  'map',
  'selectattr',
  'rejectattr',
  'groupby',
  'sort',
  'sum',
  'unique',
  'min',
  'max',
]

/** Tokens of one filter's arguments that are looked at. */
const argumentTokensMax = 40

/** Scans a template. */
export function scanTemplate(template: string, finder: Finder): void {
  if (template.length > templateLengthMax) {
    finder.found('template-malformed', null, `a template of ${template.length} characters`)
    return
  }
  try {
    for (const block of jinjaBlocks(template)) scanBlock(block, finder)
  } catch (error) {
    if (!(error instanceof JinjaFault)) throw error
    finder.found('template-malformed', error.offset, error.message)
  }
}

function scanBlock({ kind, tokens, offset }: JinjaBlock, finder: Finder): void {
  const [first] = tokens
  if (kind === 'statement' && first?.kind === 'name' && includes.includes(first.value))
    finder.found('template-include', offset, `\`${first.value}\` takes in another template`)
  tokens.forEach((token, at) => {
    if (token.kind === 'text') scanText(tokens, at, finder)
    else if (token.kind === 'name') scanName(tokens, at, finder)
  })
  scanSubscripts(tokens, finder)
  // Pieces of a name that are put together within one instruction.
  const joined = tokens.filter((t) => t.kind === 'text').map((t) => plain(t.value))
  const whole = special.exec(joined.join(''))
  if (whole !== null && !joined.some((text) => special.test(text)))
    finder.found('template-python-internals', offset, `puts \`${whole[0]}\` together`)
}

const plain = (text: string) => text.normalize('NFKC')
const is = (token: JinjaToken | undefined, value: string) =>
  token?.kind === 'operator' && token.value === value

function scanText(tokens: readonly JinjaToken[], at: number, finder: Finder): void {
  const { value = '', offset = 0 } = tokens[at] ?? {}
  const named = special.exec(plain(value))
  if (named !== null) finder.found('template-python-internals', offset, `names \`${named[0]}\``)
  else if (is(tokens[at - 1], '[') && is(tokens[at + 1], ']') && internal.test(plain(value)))
    finder.found('template-python-internals', offset, `reads the item \`${value}\``)
  // Pieces of underscores are for names that are not to be seen whole.
  else if (/^_+$/.test(plain(value)) && (is(tokens[at + 1], '*') || is(tokens[at - 1], '*')))
    finder.found('template-computed-attribute', offset, 'repeats underscores')
}

function scanName(tokens: readonly JinjaToken[], at: number, finder: Finder): void {
  const { value = '', offset = 0 } = tokens[at] ?? {}
  const name = plain(value)
  const [before, next] = [tokens[at - 1], tokens[at + 1]]
  const isAttribute = is(before, '.')
  if (internal.test(name) && (isAttribute || name.startsWith('__')))
    finder.found('template-python-internals', offset, `reads \`${name}\``)
  else if (dangerousCall.test(name) && is(next, '('))
    finder.found('template-python-internals', offset, `calls \`${name}\``)
  else if (
    !isAttribute &&
    engineObjects.includes(name) &&
    (is(next, '.') || is(next, '[') || is(next, '|') || is(next, '('))
  )
    finder.found('template-global', offset, `uses \`${name}\``)
  else if (
    name === 'namespace' &&
    !isAttribute &&
    (is(next, '.') || is(next, '[') || is(next, '|'))
  )
    finder.found('template-global', offset, 'reads attributes of `namespace` itself')
  else if (!isAttribute && modules.test(name) && is(next, '.') && callsFrom(tokens, at))
    finder.found('template-global', offset, `calls a function of the module \`${name}\``)
  else if (is(before, '|') && name === 'attr')
    finder.found(
      'template-computed-attribute',
      offset,
      'looks up an attribute by the filter `attr`',
    )
  else if (is(before, '|') && lookups.includes(name)) scanLookup(tokens, at, finder)
}

/** Whether a name, and attributes of it, end in a call: `os.path.join(`. */
function callsFrom(tokens: readonly JinjaToken[], at: number): boolean {
  let end = at + 1
  while (is(tokens[end], '.') && tokens[end + 1]?.kind === 'name') end += 2
  return is(tokens[end], '(')
}

/** `map(attribute=…)` and its like: what is looked up must be spelled out. */
function scanLookup(tokens: readonly JinjaToken[], at: number, finder: Finder): void {
  const { value = '', offset = 0 } = tokens[at] ?? {}
  if (!is(tokens[at + 1], '(')) return
  let argument = at + 2
  if (value === 'map' || !value.endsWith('attr')) {
    const within = tokens.slice(at, at + argumentTokensMax)
    const end = within.findIndex((t) => is(t, ')'))
    const named = within.findIndex((t, i) => i < end && t.value === 'attribute')
    argument = at + named + 2
    // Without an attribute the filter applies another by name: `map('attr', …)`.
    if (named < 0) {
      if (value === 'map' && tokens[at + 2]?.kind === 'text' && tokens[at + 2]?.value === 'attr')
        finder.found('template-computed-attribute', offset, "looks up attributes by `map('attr')`")
      else if (value === 'map' && tokens[at + 2]?.kind !== 'text')
        finder.found(
          'template-computed-attribute',
          offset,
          'applies a filter whose name it computes',
        )
      return
    }
  }
  const [name, next] = [tokens[argument], tokens[argument + 1]]
  if (name === undefined || name.kind === 'number') return
  if (name.kind !== 'text' || (!is(next, ',') && !is(next, ')')))
    finder.found('template-computed-attribute', offset, `\`${value}\` looks up a computed name`)
}

/** An index that is open: whether texts stand in it, and whether it puts something together. */
interface OpenIndex {
  readonly offset: number | null
  hasText: boolean
  joins: boolean
}

/** `x[…]` where the index puts texts together; lists, which look alike, are told apart by what stands before them. */
function scanSubscripts(tokens: readonly JinjaToken[], finder: Finder): void {
  const open: OpenIndex[] = []
  tokens.forEach((token, at) => {
    const [before, top] = [tokens[at - 1], open.at(-1)]
    if (is(token, '[')) {
      const isIndex =
        before !== undefined &&
        (before.kind !== 'operator' || before.value === ')' || before.value === ']')
      open.push({ offset: isIndex ? token.offset : null, hasText: false, joins: false })
    } else if (is(token, ']') && top !== undefined) {
      open.pop()
      if (top.offset !== null && top.hasText && top.joins)
        finder.found(
          'template-computed-attribute',
          top.offset,
          'reads an item whose name it puts together',
        )
      const outer = open.at(-1)
      if (outer !== undefined) {
        outer.hasText ||= top.hasText
        outer.joins ||= top.joins
      }
    } else if (top !== undefined) {
      top.hasText ||= token.kind === 'text'
      top.joins ||= joins(tokens, at)
    }
  })
}

/** Whether a token puts texts together, or changes one. */
function joins(tokens: readonly JinjaToken[], at: number): boolean {
  const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]]
  if (is(token, '~')) return true
  if (is(token, '+') || is(token, '%')) return before?.kind === 'text' || next?.kind === 'text'
  if (is(token, '|')) return textFilters.has(next?.value ?? '')
  return token?.kind === 'text' && next?.kind === 'text'
}
