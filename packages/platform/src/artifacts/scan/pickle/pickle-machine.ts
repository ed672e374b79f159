// The machine that a pickle is a program for: stack, marks and memo over every opcode of protocols 0 to 5
// (CPython's Lib/pickletools.py and Modules/_pickle.c), without making any object. It is as forgiving as the more
// forgiving of CPython's two readers, so that it never stops where one of them would go on. What is imported, called
// and changed goes to the judge.

import { PickleFault, type PickleInput } from './pickle-input.ts'
import type { PickleJudge } from './pickle-judge.ts'
import { PickleLiterals, quoted } from './pickle-literals.ts'
import { PickleStack } from './pickle-stack.ts'
import {
  emptyCollection,
  emptyDict,
  emptyTuple,
  none,
  type TextValue,
  type Value,
} from './pickle-values.ts'

/** A name of a module or of something in it is not read further than this. */
const nameSizeMaxBytes = 4096

/** One pickle's run. */
export class PickleMachine {
  readonly #input: PickleInput
  readonly #judge: PickleJudge
  readonly #stack: PickleStack
  readonly #literals: PickleLiterals
  readonly #start: number

  constructor(input: PickleInput, judge: PickleJudge) {
    this.#input = input
    this.#start = input.position
    this.#judge = judge
    this.#stack = new PickleStack(judge)
    this.#literals = new PickleLiterals(input, this.#stack, (carriage, start, end) =>
      judge.carried(carriage, start, end),
    )
  }

  /**
   * Runs to STOP and gives what would be loaded.
   * @throws PickleFault where both readers would stop with an error, and at limits
   */
  run(): Value {
    for (;;) {
      const offset = this.#input.position
      const code = this.#input.u8()
      if (code === 0x2e) return this.#stop(offset)
      const isDone =
        this.#literals.literal(code, offset) ||
        this.#container(code, offset) ||
        this.#action(code, offset)
      if (!isDone) {
        const hex = code.toString(16).padStart(2, '0')
        throw new PickleFault('malformed', `byte 0x${hex} is no instruction`, offset)
      }
    }
  }

  /** STOP: what is loaded is kept by the program that loads it. */
  #stop(offset: number): Value {
    const value = this.#stack.last(offset)
    if (value.kind === 'global' && value.standing === 'accessor')
      this.#judge.stored(null, null, value, offset)
    return value
  }

  /** A string's text; at most its first 4 KiB. */
  textOf({ text, start, end }: TextValue): string {
    return text ?? this.#input.textBetween(start, end, nameSizeMaxBytes)
  }

  /** Instructions that make or fill containers. */
  #container(code: number, offset: number): boolean {
    const stack = this.#stack
    switch (code) {
      case 0x29: // EMPTY_TUPLE
        stack.push(emptyTuple, offset)
        return true
      case 0x5d: // EMPTY_LIST
        stack.push(emptyCollection('list', stack.size), offset)
        return true
      case 0x8f: // EMPTY_SET
        stack.push(emptyCollection('set', stack.size), offset)
        return true
      case 0x7d: // EMPTY_DICT
        stack.push(emptyDict(stack.size), offset)
        return true
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.tupleOfLast(code - 0x84, offset)
        return true
      case 0x74: // TUPLE
        stack.gatherFromMark('tuple', offset)
        return true
      case 0x6c: // LIST
        stack.gatherFromMark('list', offset)
        return true
      case 0x91: // FROZENSET
        stack.gatherFromMark('set', offset)
        return true
      case 0x64: // DICT
        stack.dictFromMark(offset)
        return true
      case 0x61: // APPEND
        stack.append(offset)
        return true
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        stack.extendFromMark(offset)
        return true
      case 0x73: // SETITEM
        stack.setItem(offset)
        return true
      case 0x75: // SETITEMS
        stack.setItemsFromMark(offset)
        return true
      default:
        return false
    }
  }

  /** Instructions that import, call and build. */
  #action(code: number, offset: number): boolean {
    const [input, stack, judge] = [this.#input, this.#stack, this.#judge]
    switch (code) {
      case 0x63: // GLOBAL
        stack.push(judge.imported(input.line(), input.line(), offset), offset)
        return true
      case 0x93: {
        // STACK_GLOBAL
        const name = stack.pop(offset)
        stack.push(this.#importOf(stack.pop(offset), name, offset), offset)
        return true
      }
      case 0x52: // REDUCE
        this.#call('call', stack.pop(offset), offset)
        return true
      case 0x81: // NEWOBJ
        this.#call('new', stack.pop(offset), offset)
        return true
      case 0x92: {
        // NEWOBJ_EX: class, arguments, arguments by name
        const named = stack.pop(offset)
        const args = stack.pop(offset)
        this.#call('new', named.kind === 'dict' && named.count === 0 ? args : named, offset)
        return true
      }
      case 0x69: {
        // INST
        const callee = judge.imported(input.line(), input.line(), offset)
        stack.gatherFromMark('tuple', offset)
        stack.push(judge.called('call', callee, stack.pop(offset), offset), offset)
        return true
      }
      case 0x6f: // OBJ
        stack.gatherAfterFirst(offset)
        this.#call('call', stack.pop(offset), offset)
        return true
      case 0x62: {
        // BUILD
        const state = stack.pop(offset)
        judge.built(stack.top(offset), state, offset)
        return true
      }
      case 0x50: // PERSID
        stack.push(judge.persistent(quoted(input.line()), offset), offset)
        return true
      case 0x51: // BINPERSID
        stack.push(judge.persistent(stack.pop(offset), offset), offset)
        return true
      default:
        return this.#frame(code, offset)
    }
  }

  /** Instructions about the pickle itself, and codes of the loader's own registry. */
  #frame(code: number, offset: number): boolean {
    const input = this.#input
    switch (code) {
      case 0x80: {
        // PROTO
        const protocol = input.u8()
        if (protocol > 5) this.#judge.odd('protocol', `protocol ${protocol}`, offset)
        if (offset !== this.#start) this.#judge.odd('instruction', 'a second PROTO', offset)
        return true
      }
      case 0x95: {
        // FRAME: the C reader only makes sure that so much is there, the Python reader reads it ahead
        const sizeBytes = input.u64()
        const left = input.source.sizeBytes - input.position
        if (sizeBytes > left)
          this.#judge.odd('frame', `a frame of ${sizeBytes} bytes where ${left} are left`, offset)
        return true
      }
      case 0x82: // EXT1
      case 0x83: // EXT2
      case 0x84: {
        // EXT4
        const number = code === 0x82 ? input.u8() : code === 0x83 ? input.u16() : input.i32()
        this.#judge.odd('extension', `extension code ${number}`, offset)
        this.#stack.push(none, offset)
        return true
      }
      default:
        return false
    }
  }

  #call(how: 'call' | 'new', args: Value, offset: number): void {
    const callee = this.#stack.pop(offset)
    this.#stack.push(this.#judge.called(how, callee, args, offset), offset)
  }

  #importOf(module: Value, name: Value, offset: number): Value {
    if (module.kind === 'text' && name.kind === 'text')
      return this.#judge.imported(this.textOf(module), this.textOf(name), offset)
    this.#judge.importedUnnamed(offset)
    return none
  }
}
