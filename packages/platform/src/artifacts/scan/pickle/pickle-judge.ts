// What a pickle's machine tells of: the imports, calls and changes that loading would make.

import type { ScanRuleId } from '../scan-rules.ts'
import type { Carriage } from './carried-pickles.ts'
import type { DictValue, GlobalValue, Value } from './pickle-values.ts'

/** What no ordinary pickle has. */
export type Oddity = 'extension' | 'frame' | 'protocol' | 'instruction' | 'unfolding'

/** The rules about them. */
export const oddityRules = {
  extension: 'pickle-extension-code',
  frame: 'pickle-malformed',
  protocol: 'pickle-malformed',
  instruction: 'pickle-odd-instruction',
  unfolding: 'pickle-unfolding',
} as const satisfies Readonly<Record<Oddity, ScanRuleId>>

/** Hears what a pickle would do, in its order. Offsets are those of the instructions. */
export interface PickleJudge {
  /** Something is imported; says how it stands. */
  imported(module: string, name: string, offset: number): GlobalValue
  /** An import whose module or name is not spelled as text. */
  importedUnnamed(offset: number): void
  /** Something is called with arguments, or, for `new`, a class instantiated without its initialiser. */
  called(how: 'call' | 'new', callee: Value, args: Value, offset: number): Value
  /** State is given to something. */
  built(target: Value, state: Value, offset: number): void
  /** Items are put into something that is no plain container. */
  filled(target: Value, offset: number): void
  /** A value goes into a list, a set, or, with its key, a dict; `getattr` also into a tuple. */
  stored(dict: DictValue | null, key: Value | null, value: Value, offset: number): void
  /** The loader is asked for something that lies elsewhere. */
  persistent(id: Value, offset: number): Value
  /** A value, from one offset to another, begins as a pickle does. */
  carried(carriage: Carriage, start: number, end: number): void
  /** Something that no ordinary pickle has. */
  odd(what: Oddity, detail: string, offset: number): void
}
