// What stands on a pickle's stack while it is read: not the objects that loading would make, only what is needed to
// tell which imports are called with what. Contents of containers are kept up to a few items; the rest is counted.

/** A string, decoded when it is asked for. */
export interface TextValue {
  readonly kind: 'text'
  readonly start: number
  /** Exclusive. */
  readonly end: number
  /** Set where the file spells it with escapes. */
  readonly text: string | null
  /** Whether it begins with two underscores. */
  readonly isDunder: boolean
}

/** An integer; NaN beyond what a double holds exactly. */
interface IntValue {
  readonly kind: 'int'
  readonly value: number
}

/** Bytes, by where they lie. */
export interface BytesValue {
  readonly kind: 'bytes'
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/** How much is known of something imported. */
export type Standing =
  | 'class'
  | 'function'
  | 'constant'
  /** `getattr`, which may only be called, and only for names that are known. */
  | 'accessor'
  | 'refused'

/** Something imported by name. */
export interface GlobalValue {
  readonly kind: 'global'
  readonly module: string
  readonly name: string
  readonly standing: Standing
}

/** A tuple: its first items, and how many there are. */
export interface TupleValue {
  readonly kind: 'tuple'
  readonly items: Value[]
  /** More than are kept where it lies too deep for any of them to be kept. */
  count: number
  /** How many tuples lie in each other at most. */
  readonly depth: number
  /** How many values it is when everything shared is counted each time; NaN with a cycle in it. */
  unfolded: number
}

/** A list or a set, of which nothing is kept but a short list of Arrow's buffers. */
export interface CollectionValue {
  readonly kind: 'list' | 'set'
  /** Where on the stack it was made. */
  readonly place: number
  /** How many values it is when everything shared is counted each time; NaN with a cycle in it. */
  unfolded: number
  /** Set once something was put into it. */
  isFilled?: true
  /** The items of a list that was filled in one go and holds buffers; null once more was put into it. */
  items?: readonly Value[] | null
}

/** A dict: its first keys and values, in turn. */
export interface DictValue {
  readonly kind: 'dict'
  pairs: Value[]
  /** How many keys and values were put into it, those that are not kept too. */
  count: number
  /** A key that no attribute of an instance may have, as a finding would say it; null while there is none. */
  oddName: string | null
  /** Where on the stack it was made. */
  readonly place: number
  /** How many values it is when everything shared is counted each time; NaN with a cycle in it. */
  unfolded: number
}

/** What a call or an instantiation gives. */
export interface ObjectValue {
  readonly kind: 'object'
  /** What was called; null when that was not an import. */
  readonly of: GlobalValue | null
  readonly args: Value | null
  /** What BUILD gave it last. */
  state: Value | null
  /** The elements of an array that joblib puts behind it. */
  inline?: BytesValue
}

/** What the loader is asked for by name: a storage of tensors. */
interface PersistentValue {
  readonly kind: 'persistent'
  readonly id: Value
}

/** None, booleans, floats, buffers: what no check looks into. */
interface PlainValue {
  readonly kind: 'none' | 'bool' | 'float' | 'buffer'
}

export type Value =
  | TextValue
  | IntValue
  | BytesValue
  | GlobalValue
  | TupleValue
  | CollectionValue
  | DictValue
  | ObjectValue
  | PersistentValue
  | PlainValue

/** Tuples inside tuples that are kept: deeper ones would fill memory. */
export const tupleDepthMax = 64
/** Items of a tuple that are kept. */
export const itemsKept = 24
/** Keys and values of a dict that are kept, counted together. */
const dictItemsKept = 256

export const none: Value = { kind: 'none' }
export const bool: Value = { kind: 'bool' }
export const float: Value = { kind: 'float' }
export const buffer: Value = { kind: 'buffer' }

const smallInts: readonly Value[] = Array.from({ length: 256 }, (_, value) => ({
  kind: 'int',
  value,
}))

/** An integer; small ones are shared. */
export function int(value: number): Value {
  return smallInts[value] ?? { kind: 'int', value }
}

const noPairs: Value[] = []

/** The empty tuple has nothing that tells one from another. */
export const emptyTuple: Value = { kind: 'tuple', items: [], count: 0, depth: 1, unfolded: 1 }

/** A list or a set of nothing, made at a place of the stack. */
export function emptyCollection(kind: CollectionValue['kind'], place: number): CollectionValue {
  return { kind, place, unfolded: 1 }
}

/** A dict of nothing, made at a place of the stack. */
export function emptyDict(place: number): DictValue {
  return { kind: 'dict', pairs: noPairs, count: 0, oddName: null, place, unfolded: 1 }
}

/** Adds to a dict. */
export function addPair(dict: DictValue, key: Value, value: Value): void {
  if (dict.count === 0) dict.pairs = [key, value]
  else if (dict.pairs.length < dictItemsKept) dict.pairs.push(key, value)
  dict.count += 2
}

/** A dict's values by the names that are its keys; null where a key is no text, or is there twice, or is not kept. */
export function namedItems(
  dict: Value | null | undefined,
  textOf: (value: TextValue) => string,
): ReadonlyMap<string, Value> | null {
  if (dict?.kind !== 'dict' || dict.count > dict.pairs.length) return null
  const named = new Map<string, Value>()
  for (let at = 0; at + 1 < dict.pairs.length; at += 2) {
    const [key, value] = [dict.pairs[at], dict.pairs[at + 1]]
    if (key?.kind !== 'text' || value === undefined) return null
    named.set(textOf(key), value)
  }
  return named.size * 2 === dict.count ? named : null
}

/** A tuple's items; null when it is none or has more than are kept. */
export function itemsOf(value: Value | null): readonly Value[] | null {
  return value?.kind === 'tuple' && value.count <= itemsKept ? value.items : null
}
