// Pickles one after the other in a source: each is run by the machine and judged, and what follows the last is looked at.

import { type ByteSource, partOf } from '../byte-source.ts'
import type { Finder } from '../scan-findings.ts'
import type { ScanRuleId } from '../scan-rules.ts'
import type { CalledNames } from './called-names.ts'
import { type Carriage, carriedFinder, carriedPickle } from './carried-pickles.ts'
import { ImportJudge, type PickleSetting } from './import-judge.ts'
import { inlineArray, isWrapper, skipArray } from './joblib-arrays.ts'
import { PickleFault, PickleInput } from './pickle-input.ts'
import { PickleMachine } from './pickle-machine.ts'
import { storageBytes } from './storage-sizes.ts'
import { itemsOf, type TextValue, type Value } from './pickle-values.ts'

/** Pickles inside pickles that are followed. */
const nestingMax = 8
/** Values that may be pickles which wait until it is known whether they are loaded; more are read at once. */
const carriedMax = 100_000
/** Pickles in one file that are read; files of many small ones are logs, not models. */
const pickleCountMax = 1_000_000

/** A pickle by itself. */
export const plainSetting: PickleSetting = { storages: false, scriptClasses: false }

/** One pickle that was run. */
interface RunPickle {
  /** Offset behind its STOP; null when it did not get there. */
  readonly end: number | null
  /** What would be loaded; null when it did not get there. */
  readonly value: Value | null
  readonly fault: PickleFault | null
  readonly calls: number
  /** What it imports and calls by name. */
  readonly names: CalledNames
  /** Whether arrays lay in it as joblib puts them. */
  readonly hasArrays: boolean
  /** What it asks the loader for, each once: the arguments of its persistent ids. */
  readonly persistentIds: readonly Value[]
  textOf(value: TextValue): string
}

interface Run {
  readonly source: ByteSource
  /** What reads the source, where several pickles follow each other: its window serves them all. */
  readonly input?: PickleInput
  readonly start: number
  readonly finder: Finder
  readonly setting: PickleSetting
  /** Whether arrays in the stream are skipped as joblib does. */
  readonly joblib: boolean
  readonly depth: number
}

function run({ source, start, finder, setting, joblib, depth, ...more }: Run): RunPickle {
  const input = more.input ?? new PickleInput(source, start)
  input.moveTo(start)
  const judge = new ImportJudge(
    finder,
    setting,
    (text) => machine.textOf(text),
    (from, to) => source.read(from, to),
  )
  const machine = new PickleMachine(input, judge)
  let hasArrays = false
  const nested = (offset: number): number => {
    if (depth >= nestingMax)
      throw new PickleFault('limit', 'pickles lie in each other too deeply', offset)
    // joblib hands arrays of objects to `pickle.load`, which knows nothing of arrays in the stream.
    const inner = run({ source, start: offset, finder, setting, joblib: false, depth: depth + 1 })
    judge.names.addKnownOf(inner.names)
    if (inner.fault !== null) throw inner.fault
    return inner.end ?? offset
  }
  judge.onBuilt = (target) => {
    if (!joblib || !isWrapper(target, 'NumpyArrayWrapper')) return
    hasArrays = true
    const array = inlineArray(target, (text) => machine.textOf(text), input.position)
    if (array.sizeBytes === null) input.moveTo(nested(input.position))
    else target.inline = skipArray(input, array)
  }
  // Bytes that are loaded are read once, however often they are, and not as carried ones again.
  const loaded = new Set<number>()
  const carried = new Map<number, { readonly carriage: Carriage; readonly end: number }>()
  judge.onNested = (value, offset) => {
    if (value.kind === 'bytes') {
      if (loaded.has(value.start)) return
      loaded.add(value.start)
    }
    const inner = finder.within(`bytes@${offset}`)
    if (value.kind !== 'bytes')
      inner.found('pickle-malformed', null, 'the bytes that are loaded are not in the file')
    else if (depth >= nestingMax)
      inner.found('pickle-limit', null, 'pickles lie in each other too deeply')
    else scanNested(partOf(source, value.start, value.end), inner, depth + 1)
  }
  judge.onCarried = (carriage, from, end) => {
    if (depth >= nestingMax) return
    if (carried.size < carriedMax) carried.set(from, { carriage, end })
    else scanCarried(from, end, carriage)
  }
  const scanCarried = (from: number, end: number, carriage: Carriage) => {
    const inner = carriedPickle(source, { start: from, end }, carriage)
    if (inner !== null) scanPickles(inner, carriedFinder(finder, from), plainSetting, depth + 1)
  }
  let fault: PickleFault | null = null
  let value: Value | null = null
  try {
    value = machine.run()
  } catch (error) {
    if (!(error instanceof PickleFault)) throw error
    fault = error
  }
  for (const [from, { end, carriage }] of carried)
    if (!loaded.has(from)) scanCarried(from, end, carriage)
  return {
    end: fault === null ? input.position : null,
    value,
    fault,
    calls: judge.calls,
    names: judge.names,
    hasArrays,
    persistentIds: judge.persistentIds,
    textOf: (text) => machine.textOf(text),
  }
}

/** Bytes that torch.load is given from inside of a pickle. */
function scanNested(source: ByteSource, finder: Finder, depth: number): void {
  if (isTorchLegacy(source)) scanTorchLegacy(source, finder, depth)
  else scanPickles(source, finder, { ...plainSetting, storages: true }, depth)
}

/** Tells of a pickle that did not get to its end. */
function tellFault(finder: Finder, { reason, message, offset }: PickleFault): void {
  finder.found(reason === 'limit' ? 'pickle-limit' : 'pickle-malformed', offset, message)
}

/** Scans every pickle of a source from its beginning, and what follows them. */
export function scanPickles(
  source: ByteSource,
  finder: Finder,
  setting: PickleSetting,
  depth = 0,
): void {
  let start = 0
  const input = new PickleInput(source, 0)
  for (let count = 0; start < source.sizeBytes; count++) {
    if (count >= pickleCountMax) {
      finder.found(
        'pickle-limit',
        start,
        `over ${pickleCountMax.toLocaleString('en')} pickles follow each other`,
      )
      return
    }
    const joblib = setting.plain !== true
    const first = run({ source, input, start, finder, setting, joblib, depth })
    if (first.hasArrays) readAsPlain({ source, start, finder, setting }, first.names)
    if (first.fault !== null) {
      tellFault(finder, first.fault)
      return
    }
    const end = first.end ?? source.sizeBytes
    if (isPadding(source, end, input)) return
    if (!beginsPickle(source, end, input)) {
      finder.found(
        'pickle-trailing-data',
        end,
        `${source.sizeBytes - end} bytes follow the last pickle`,
      )
      return
    }
    start = end
  }
}

/**
 * Where arrays lie in the stream, `pickle.load` takes their bytes for instructions. Of that reading only what is
 * certainly hostile counts, since the bytes of honest arrays spell nonsense: dangerous imports, and calls of others
 * that could be names of Python.
 */
function readAsPlain(
  { source, start, finder, setting }: Pick<Run, 'source' | 'start' | 'finder' | 'setting'>,
  right: CalledNames,
): void {
  const graveOnly: Finder = {
    found: (rule, offset, detail, ids) => {
      if (graveRules.includes(rule))
        finder.found(rule, offset, `${detail} (read without joblib)`, ids)
    },
    within: () => graveOnly,
  }
  const { names } = run({
    source,
    start,
    finder: graveOnly,
    setting,
    joblib: false,
    depth: nestingMax,
  })
  const odd = names.oddCall(right)
  if (odd !== null)
    finder.found('pickle-unknown-import', start, `\`${odd}\` is called (read without joblib)`)
}

const graveRules: readonly ScanRuleId[] = ['pickle-dangerous-import', 'pickle-build-on-import']

/** Whether a pickle begins at an offset: by its header, or because it runs to an end. */
function beginsPickle(
  source: ByteSource,
  offset: number,
  input = new PickleInput(source, offset),
): boolean {
  input.moveTo(offset)
  if (input.peek(0) === 0x80 && input.peek(1) <= 5) return true
  const tried = tryPickle(source, offset, input)
  return tried.fault === null || tried.calls > 0 || tried.fault.reason === 'limit'
}

/** Whether the whole of a source is a pickle, or its beginning one that calls something. */
export function isPickle(source: ByteSource): boolean {
  const [first = 0, second = 0] = source.read(0, 2)
  if (first === 0x80 && second <= 5) return true
  const tried = tryPickle(source, 0)
  // A text may begin like a pickle of one value; it is one only if nothing else follows.
  return (
    tried.calls > 0 ||
    tried.fault?.reason === 'limit' ||
    (tried.end !== null && (isPadding(source, tried.end) || beginsPickle(source, tried.end)))
  )
}

/** Whether loading a source as a pickle would call something, whatever else it is. */
export function actsAsPickle(source: ByteSource): boolean {
  const { calls, fault } = tryPickle(source, 0)
  // What is too large to be followed to its first call may have one behind that.
  return calls > 0 || fault?.reason === 'limit'
}

function tryPickle(source: ByteSource, start: number, input?: PickleInput): RunPickle {
  const ran = { source, start, finder: silent, setting: trying, joblib: false, depth: nestingMax }
  return run(input === undefined ? ran : { ...ran, input })
}

const trying: PickleSetting = { ...plainSetting, endsAtPersistentId: true }

const silent: Finder = { found: () => {}, within: () => silent }

/** What the pickle of an archive asks its loader for. */
export function storageKeys(source: ByteSource): readonly string[] {
  const setting = { storages: true, scriptClasses: true }
  const asked = run({ source, start: 0, finder: silent, setting, joblib: false, depth: nestingMax })
  return asked.persistentIds.flatMap((id) => {
    const key = itemsOf(id)?.[2]
    return key?.kind === 'text' ? [asked.textOf(key)] : []
  })
}

/** Zeros and white space behind the last pickle are padding. */
function isPadding(source: ByteSource, start: number, input?: PickleInput): boolean {
  if (start < source.sizeBytes && input !== undefined) {
    input.moveTo(start)
    if (!isPaddingByte(input.peek(0))) return false
  }
  const tail = source.read(start, start + 65_536)
  return start + tail.length >= source.sizeBytes && tail.every(isPaddingByte)
}

const isPaddingByte = (byte: number) => byte === 0 || byte === 10 || byte === 13 || byte === 32

/** The number that begins a file of torch.save before 1.6, as a pickle of its own (torch/serialization.py). */
const legacyMagic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]

/** Whether a source is a file of torch.save before 1.6. */
export function isTorchLegacy(source: ByteSource): boolean {
  const head = source.read(0, 32)
  const protocol = head[0] === 0x80 ? 2 : 0
  // From protocol 4 on it stands in a frame.
  const start = head[protocol] === 0x95 ? protocol + 9 : protocol
  return legacyMagic.every((byte, at) => head[start + at] === byte)
}

/** Scans torch.save's format before 1.6: magic number, protocol, system, object, keys; then every storage. */
export function scanTorchLegacy(source: ByteSource, finder: Finder, depth = 0): void {
  const setting = { ...plainSetting, storages: true }
  let start = 0
  let storedBytes = 0
  for (let part = 0; part < 5; part++) {
    const ran = run({ source, start, finder, setting, joblib: false, depth })
    if (ran.fault !== null) {
      tellFault(finder, ran.fault)
      return
    }
    storedBytes += storageBytes(ran.persistentIds, (text) => ran.textOf(text))
    start = ran.end ?? source.sizeBytes
  }
  const missing = start + storedBytes - source.sizeBytes
  if (missing > 0)
    finder.found('pickle-malformed', start, `${missing} bytes of its storages are missing`)
  else if (missing < 0)
    finder.found(
      'pickle-trailing-data',
      start + storedBytes,
      `${-missing} bytes follow the last storage`,
    )
}
