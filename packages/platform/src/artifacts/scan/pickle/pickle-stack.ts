// Stack, marks and memo of a pickle's machine, and the containers that are gathered from them.

import { PickleFault } from './pickle-input.ts'
import type { PickleJudge } from './pickle-judge.ts'
import {
  addPair,
  type CollectionValue,
  type DictValue,
  emptyCollection,
  emptyDict,
  itemsKept,
  none,
  tupleDepthMax,
  type TupleValue,
  type Value,
} from './pickle-values.ts'
import { unfoldedFrom, unfoldedMax } from './unfolding.ts'

/** Values on the stack and in the memo together; beyond it a pickle is not followed. */
const valuesMax = 16_000_000
/** Buffers of an array: which elements there are, where texts begin, and the data. */
const buffersKept = 3
/** Places of the memo that may be skipped before it is kept as a table of pairs. */
const memoGapMax = 1024

/** The values that a pickle works on. Every offset is that of the instruction, for errors. */
export class PickleStack {
  readonly #judge: PickleJudge
  readonly #values: Value[] = []
  readonly #marks: number[] = []
  readonly #memo: (Value | undefined)[] = []
  /** Places far beyond the others: a hostile index must not take memory. */
  #farMemo: Map<number, Value> | null = null
  #memoCount = 0

  constructor(judge: PickleJudge) {
    this.#judge = judge
  }

  /** How many places of the memo are taken: where MEMOIZE puts its value. */
  get memoCount(): number {
    return this.#memoCount
  }

  /** How many values lie on it. */
  get size(): number {
    return this.#values.length
  }

  push(value: Value, offset: number): void {
    this.#checkCount(offset)
    this.#values.push(value)
  }

  #checkCount(offset: number): void {
    if (this.#values.length + this.#marks.length + this.#memoCount >= valuesMax)
      throw new PickleFault('limit', `it holds over ${valuesMax / 1e6} million values`, offset)
  }

  pop(offset: number): Value {
    const value = this.#values.pop()
    if (value === undefined) throw underflow(offset)
    return value
  }

  top(offset: number): Value {
    const value = this.#values.at(-1)
    if (value === undefined) throw underflow(offset)
    return value
  }

  /** DUP, which no pickler writes: what it would write twice it stores, and gets again. */
  duplicate(offset: number): void {
    this.#judge.odd('instruction', 'DUP', offset)
    this.push(this.top(offset), offset)
  }

  /** STOP: what is loaded, which a pickler leaves alone on the stack. */
  last(offset: number): Value {
    const value = this.pop(offset)
    const left = this.#values.length
    if (left > 0) this.#judge.odd('instruction', `STOP with ${left} more on the stack`, offset)
    return value
  }

  mark(offset: number): void {
    this.#checkCount(offset)
    this.#marks.push(this.#values.length)
  }

  /** POP: a value, or the mark where nothing lies on it. */
  drop(offset: number): void {
    if (this.#marks.at(-1) === this.#values.length) this.#marks.pop()
    else this.pop(offset)
  }

  dropToMark(offset: number): void {
    this.#values.length = this.#takeMark(offset)
  }

  /** The last values become a tuple. */
  tupleOfLast(count: number, offset: number): void {
    this.#gatherTuple(this.#values.length - count, offset)
  }

  /** What lies above the last mark becomes a container. */
  gatherFromMark(kind: TupleValue['kind'] | CollectionValue['kind'], offset: number): void {
    const start = this.#takeMark(offset)
    if (kind === 'tuple') this.#gatherTuple(start, offset)
    else {
      const made: CollectionValue = { ...emptyCollection(kind, start), isFilled: true }
      this.#unfold(made, unfoldedFrom(this.#values, start, start), offset)
      this.#takeItems(start, offset)
      this.push(made, offset)
    }
  }

  /** What lies above the last mark but for its first value becomes a tuple: OBJ's class and arguments. */
  gatherAfterFirst(offset: number): void {
    this.#gatherTuple(this.#takeMark(offset) + 1, offset)
  }

  dictFromMark(offset: number): void {
    const start = this.#takeMark(offset)
    const dict = emptyDict(start)
    this.#fillDict(dict, start, offset)
    this.push(dict, offset)
  }

  append(offset: number): void {
    this.#extend(this.#values.length - 1, offset)
  }

  extendFromMark(offset: number): void {
    this.#extend(this.#takeMark(offset), offset)
  }

  setItem(offset: number): void {
    this.#fillTarget(this.#values.length - 2, offset)
  }

  setItemsFromMark(offset: number): void {
    this.#fillTarget(this.#takeMark(offset), offset)
  }

  /** Stores what lies on top. */
  put(index: number, offset: number): void {
    const value = this.top(offset)
    if (this.#farMemo?.has(index) === true || index > this.#memo.length + memoGapMax) {
      this.#farMemo ??= new Map()
      if (!this.#farMemo.has(index)) this.#memoCount++
      this.#farMemo.set(index, value)
      return
    }
    if (this.#memo[index] === undefined) this.#memoCount++
    while (this.#memo.length < index) this.#memo.push(undefined)
    this.#memo[index] = value
  }

  get(index: number, offset: number): void {
    const value = this.#memo[index] ?? this.#farMemo?.get(index)
    if (value === undefined)
      throw new PickleFault('malformed', `nothing was stored as ${index}`, offset)
    this.push(value, offset)
  }

  #takeMark(offset: number): number {
    const start = this.#marks.pop()
    if (start === undefined) throw underflow(offset)
    return Math.min(start, this.#values.length)
  }

  /** Counts what goes into a container. */
  #unfold(target: CollectionValue | DictValue | TupleValue, count: number, offset: number): void {
    const wasMore = target.unfolded > unfoldedMax
    target.unfolded += count
    if (!wasMore && target.unfolded > unfoldedMax)
      this.#judge.odd('unfolding', `a ${target.kind} of more than 10^9 values, by sharing`, offset)
  }

  #gatherTuple(start: number, offset: number): void {
    const values = unfoldedFrom(this.#values, Math.max(start, 0), start)
    const count = this.#values.length - start
    if (start < 0 || count < 0) throw underflow(offset)
    const items = this.#values.slice(start, start + itemsKept)
    for (let at = start; at < this.#values.length; at++) {
      const item = this.#values[at]
      if (item?.kind === 'global' && item.standing === 'accessor')
        this.#judge.stored(null, null, item, offset)
    }
    this.#values.length = start
    let depth = 1
    for (const item of items) if (item.kind === 'tuple') depth = Math.max(depth, item.depth + 1)
    const tuple: TupleValue =
      depth > tupleDepthMax
        ? { kind: 'tuple', items: [], count: Number.MAX_SAFE_INTEGER, depth, unfolded: 1 }
        : { kind: 'tuple', items, count, depth, unfolded: 1 }
    this.#unfold(tuple, values, offset)
    this.push(tuple, offset)
  }

  /** Takes the items of a list or a set off the stack. */
  #takeItems(start: number, offset: number): void {
    for (let at = start; at < this.#values.length; at++)
      this.#judge.stored(null, null, this.#values[at] ?? none, offset)
    this.#values.length = start
  }

  #extend(start: number, offset: number): void {
    const target = this.#values[start - 1]
    if (target === undefined) throw underflow(offset)
    if (target.kind === 'list') this.#keepBuffers(target, start)
    else if (target.kind !== 'set') this.#judge.filled(target, offset)
    if (target.kind === 'list' || target.kind === 'set')
      this.#unfold(target, unfoldedFrom(this.#values, start, start - 1), offset)
    this.#takeItems(start, offset)
  }

  /** Keeps the items of a list that are buffers of one array. */
  #keepBuffers(target: CollectionValue, start: number): void {
    if (start >= this.#values.length) return
    if (target.isFilled === true) {
      target.items = null
      return
    }
    target.isFilled = true
    const last = this.#values.at(-1)
    const isShort = this.#values.length - start <= buffersKept
    if (isShort && last?.kind === 'object' && last.of?.name === 'py_buffer')
      target.items = this.#values.slice(start)
  }

  #fillTarget(start: number, offset: number): void {
    const target = this.#values[start - 1]
    if (target === undefined) throw underflow(offset)
    if (target.kind !== 'dict') this.#judge.filled(target, offset)
    this.#fillDict(target.kind === 'dict' ? target : null, start, offset)
  }

  #fillDict(dict: DictValue | null, start: number, offset: number): void {
    if (dict !== null) {
      const openBelow = dict.place === start ? start : start - 1
      this.#unfold(dict, unfoldedFrom(this.#values, start, openBelow), offset)
    }
    for (let at = start; at + 1 < this.#values.length; at += 2) {
      const [key, value] = [this.#values[at] ?? none, this.#values[at + 1] ?? none]
      if (dict !== null) addPair(dict, key, value)
      this.#judge.stored(dict, key, value, offset)
    }
    this.#values.length = start
  }
}

function underflow(offset: number): PickleFault {
  return new PickleFault('malformed', 'an instruction needs a value that is not there', offset)
}
