// The judgement of what a pickle would do: deny by default. An import is allowed by its exact name, a call by the shape
// of its arguments, a state by what it is given to; everything else is a finding.

import { CalledNames } from './called-names.ts'
import type { Bytes } from '@proofhouse/evidence'
import type { Finder } from '../scan-findings.ts'
import type { PickleContent } from './array-values.ts'
import { type ShapeContext, shapes } from './argument-shapes.ts'
import { dangerOf } from './dangerous-imports.ts'
import { described } from './described-values.ts'
import { isDtype, itemSizeOf } from './dtype-states.ts'
import { advisoriesOf } from './import-advisories.ts'
import { isWrapper, namesOwnFile } from './joblib-arrays.ts'
import { currentName, knownImport } from './known-imports.ts'
import { PickleFault } from './pickle-input.ts'
import { type Oddity, oddityRules, type PickleJudge } from './pickle-judge.ts'
import {
  type DictValue,
  type GlobalValue,
  itemsOf,
  type ObjectValue,
  type TextValue,
  type Value,
} from './pickle-values.ts'
import { isScriptClass } from './script-classes.ts'
import { stateProblem } from './state-checks.ts'
import { hidesNames, isCalledAttribute, oddName } from './state-names.ts'

/** What the format around a pickle allows. */
export interface PickleSetting {
  /** Whether storages are asked for by persistent ids: PyTorch's files. */
  readonly storages: boolean
  /** Whether classes of the file's own code are named: `__torch__` in TorchScript, where no Python is imported. */
  readonly scriptClasses: boolean
  /** Whether only `pickle.load` reads it, which does not skip arrays in the stream as joblib does. */
  readonly plain?: boolean
  /** Whether a persistent id is the end, as it is to `pickle.load`: for telling what is a pickle from what is not. */
  readonly endsAtPersistentId?: boolean
}

/** Classes that take items one by one. */
const containers =
  /^(?:collections (?:OrderedDict|defaultdict|Counter|deque)|builtins (?:dict|list|set|object|bytearray)|nltk\.probability (?:Conditional)?FreqDist|sklearn\.utils(?:\._bunch)? Bunch|torch Size)$/
/** Modules that carry code as bytes. */
const codeModules = /^(?:dill|cloudpickle)(?:\.|$)/

/** Persistent ids that are remembered. */
const persistentIdsMax = 1_000_000

/** Judges one pickle. */
export class ImportJudge implements PickleJudge {
  readonly #finder: Finder
  readonly #setting: PickleSetting
  readonly #context: ShapeContext
  readonly #textOf: (text: TextValue) => string
  readonly #content: PickleContent
  /** Hears of states, for formats that put data behind them. */
  onBuilt: (target: Value, state: Value) => void = () => {}
  /** Hears of bytes that are loaded as a file of their own. */
  onNested: (value: Value, offset: number) => void = () => {}
  /** Hears of values that may be pickles of their own. */
  onCarried: PickleJudge['carried'] = () => {}
  /** Calls so far, and imports that are a danger, for telling a pickle from what merely looks like one. */
  calls = 0
  /** Names that are known, and calls of those that are not. */
  readonly names = new CalledNames()
  /** What the loader was asked for: every distinct value, as the file spells it. */
  readonly persistentIds: Value[] = []

  constructor(
    finder: Finder,
    setting: PickleSetting,
    textOf: (text: TextValue) => string,
    read: (start: number, end: number) => Bytes,
  ) {
    this.#finder = finder
    this.#setting = setting
    this.#textOf = textOf
    this.#content = { textOf, read }
    this.#context = {
      content: this.#content,
      text: (value) => (value.kind === 'text' ? textOf(value) : null),
      standingOf: (module, name) =>
        knownImport(...currentName(module, name))?.standing ?? 'unknown',
    }
  }

  imported(oldModule: string, oldName: string, offset: number): GlobalValue {
    const [module, name] = currentName(oldModule, oldName)
    const known = knownImport(module, name)
    if (known !== null) this.names.addKnown(module, name)
    if (known !== null) return { kind: 'global', module, name, standing: known.standing }
    if (this.#setting.scriptClasses && isScriptClass(module, name))
      return { kind: 'global', module, name, standing: 'class' }
    this.#refuse(module, name, offset)
    return { kind: 'global', module, name, standing: 'refused' }
  }

  #refuse(module: string, name: string, offset: number): void {
    const spelled = `\`${module}.${name}\``
    const ids = advisoriesOf(module, name)
    const danger = dangerOf(module, name)
    if (danger !== null) this.calls++
    if (danger !== null && !codeModules.test(module))
      this.#finder.found('pickle-dangerous-import', offset, `${spelled} ${danger}`, ids)
    else if (codeModules.test(module))
      this.#finder.found('pickle-code-object', offset, `${spelled} makes functions from bytes`, ids)
    else if (module === 'builtins' && name === 'hasattr') this.#attributeRead(spelled, offset)
    else if (name.includes('.'))
      this.#finder.found('pickle-dotted-name', offset, `${spelled} reaches through a module`, ids)
    else
      this.#finder.found(
        'pickle-unknown-import',
        offset,
        `${spelled} is not known to be harmless`,
        ids,
      )
  }

  importedUnnamed(offset: number): void {
    this.#finder.found(
      'pickle-computed-import',
      offset,
      'the name of an import is not spelled as text',
    )
  }

  #attributeRead(what: string, offset: number): void {
    this.#finder.found('pickle-attribute-access', offset, `${what} reads attributes by name`)
  }

  /** What `getattr` gives: a name of a class that stands in the tables with it, and nothing else. */
  #attribute(how: 'call' | 'new', args: Value, offset: number): Value {
    const [owner, named, ...more] = itemsOf(args) ?? []
    if (how === 'call' && owner?.kind === 'global' && named?.kind === 'text' && more.length === 0) {
      const { module } = owner
      const name = `${owner.name}.${this.#textOf(named)}`
      const known = knownImport(module, name)
      if (owner.standing === 'class' && known !== null)
        return { kind: 'global', module, name, standing: known.standing }
    }
    this.#attributeRead('`builtins.getattr`', offset)
    return { kind: 'object', of: null, args, state: null }
  }

  called(how: 'call' | 'new', callee: Value, args: Value, offset: number): Value {
    this.calls++
    if (callee.kind !== 'global') {
      this.#finder.found('pickle-computed-call', offset, `calls ${described(callee)}`)
      return { kind: 'object', of: null, args, state: null }
    }
    if (callee.standing === 'accessor') return this.#attribute(how, args, offset)
    const { module, name } = callee
    if (callee.standing === 'refused' && dangerOf(module, name) === null)
      this.names.addRefused(callee)
    if (callee.standing === 'refused' || this.#isScriptClass(callee))
      return { kind: 'object', of: callee, args, state: null }
    const known = knownImport(module, name)
    const shape = known?.shape ?? null
    const items = itemsOf(args)
    // `new` makes an instance without running an initialiser; of a class that is known, with data, it does nothing else.
    const expected =
      shape !== null &&
      items !== null &&
      (how === 'call' ? known?.calls === true : callee.standing === 'class') &&
      shapes[shape](items, this.#context)
    if (!expected)
      this.#finder.found(
        'pickle-unexpected-arguments',
        offset,
        `\`${module}.${name}\` is called as its library never does`,
      )
    if (module === 'torch.storage' && name === '_load_from_bytes' && items?.[0] !== undefined)
      this.onNested(items[0], offset)
    return { kind: 'object', of: madeBy(callee, items), args, state: null }
  }

  carried(...[carriage, start, end]: Parameters<PickleJudge['carried']>): void {
    this.onCarried(carriage, start, end)
  }

  built(target: Value, state: Value, offset: number): void {
    this.#checkState(state, offset)
    const unexpected = (detail: string) =>
      this.#finder.found('pickle-unexpected-build', offset, detail)
    if (target.kind === 'global')
      this.#finder.found(
        'pickle-build-on-import',
        offset,
        `changes \`${target.module}.${target.name}\` itself`,
      )
    else if (target.kind !== 'object') unexpected(`a state is given to ${described(target)}`)
    else {
      const wasFinal =
        target.state !== null && (isDtype(target) || isWrapper(target, 'NumpyArrayWrapper'))
      if (wasFinal) unexpected(`a second state is given to ${described(target)}`)
      target.state = state
      this.#builtObject(target, state, unexpected)
    }
    this.onBuilt(target, state)
  }

  #builtObject(target: ObjectValue, state: Value, unexpected: (detail: string) => void): void {
    const { of } = target
    if (of === null || of.standing === 'refused' || this.#isScriptClass(of)) return
    const problem = stateProblem(of, state, this.#content)
    if (knownImport(of.module, of.name)?.builds !== true)
      unexpected(`a state is given to what \`${of.module}.${of.name}\` made`)
    else if (problem !== null) unexpected(problem)
    else if (isDtype(target) && itemSizeOf(target, this.#textOf) === null)
      unexpected('a type of elements is given a state that does not fit it')
    else if (
      isWrapper(target, 'NDArrayWrapper', 'ZNDArrayWrapper') &&
      !namesOwnFile(state, this.#textOf)
    )
      unexpected('an array is to be read from a file that does not lie beside this one')
  }

  filled(target: Value, offset: number): void {
    if (target.kind === 'global')
      this.#finder.found(
        'pickle-build-on-import',
        offset,
        `puts items into \`${target.module}.${target.name}\` itself`,
      )
    else if (
      target.kind !== 'object' ||
      (target.of !== null &&
        target.of.standing !== 'refused' &&
        !containers.test(`${target.of.module} ${target.of.name}`))
    )
      this.#finder.found(
        'pickle-unexpected-build',
        offset,
        `items are put into ${described(target)}`,
      )
  }

  stored(dict: DictValue | null, key: Value | null, value: Value, offset: number): void {
    if (value.kind === 'global' && value.standing === 'accessor')
      this.#attributeRead('`builtins.getattr` is stored, and', offset)
    if (value.kind === 'global' && value.standing === 'function')
      this.#finder.found(
        'pickle-function-as-value',
        offset,
        `\`${value.module}.${value.name}\` is stored`,
      )
    if (key === null) return
    // Tokens of a vocabulary may look like this too, and stand for numbers.
    const isCallable = value.kind === 'global' || value.kind === 'object'
    if (key.kind === 'text' && key.isDunder && isCallable) {
      const name = this.#textOf(key)
      if (isCalledAttribute(name))
        this.#finder.found('pickle-special-attribute', offset, `sets \`${name}\``)
    }
    if (dict !== null) dict.oddName ??= oddName(key, value, this.#textOf)
  }

  persistent(id: Value, offset: number): Value {
    if (this.#setting.endsAtPersistentId === true)
      throw new PickleFault('malformed', 'a persistent id', offset)
    const [kind, named] = itemsOf(id) ?? []
    const wanted = kind === undefined ? null : this.#context.text(kind)
    // Older files of PyTorch name a class with its source, for a warning; the class itself is what is loaded.
    if (this.#setting.storages && wanted === 'module' && named?.kind === 'global') return named
    if (!this.#setting.storages || wanted !== 'storage' || !isStorageType(named))
      this.#finder.found('pickle-persistent-id', offset, `the loader is asked for ${described(id)}`)
    if (this.persistentIds.length < persistentIdsMax) this.persistentIds.push(id)
    return { kind: 'persistent', id }
  }

  odd(what: Oddity, detail: string, offset: number): void {
    this.#finder.found(oddityRules[what], offset, detail)
  }

  /** Names of attributes must stand in the file, and be none that Python itself looks up. */
  #checkState(state: Value, offset: number): void {
    const items = state.kind === 'tuple' ? state.items : [state]
    for (const item of items)
      if (item.kind === 'dict' && item.oddName !== null)
        this.#finder.found('pickle-special-attribute', offset, `sets ${item.oddName}`)
    if (hidesNames(state))
      this.#finder.found(
        'pickle-unexpected-build',
        offset,
        'a state whose names are not spelled in the file',
      )
  }

  #isScriptClass({ module, name }: GlobalValue): boolean {
    return this.#setting.scriptClasses && isScriptClass(module, name)
  }
}

/** The class of a storage; files of older versions call it as a function. */
function isStorageType(type: Value | undefined): boolean {
  return (
    type?.kind === 'global' &&
    type.standing === 'class' &&
    /^torch(?:\.(?:cuda|storage))?$/.test(type.module) &&
    type.name.endsWith('Storage')
  )
}

/** What a known function or class gives an instance of. */
function madeBy(callee: GlobalValue, items: readonly Value[] | null): GlobalValue {
  const first = items?.[0]
  if (
    callee.standing === 'function' &&
    first?.kind === 'global' &&
    first.standing === 'class' &&
    knownImport(callee.module, callee.name)?.builds === true
  )
    return first
  return callee
}
