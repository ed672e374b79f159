// The instructions of a pickle that put one value on the stack, or move values between stack and memo.

import { type Carriage, maybeCarries } from './carried-pickles.ts'
import { PickleFault, type PickleInput } from './pickle-input.ts'
import { memoIndex, spelledInt, unescaped, unquoted } from './pickle-spelled.ts'
import type { PickleStack } from './pickle-stack.ts'
import { bool, buffer, float, int, none, type Value } from './pickle-values.ts'

/** Hears of a value that may hold a pickle. */
export type Carries = (carriage: Carriage, start: number, end: number) => void

/** Values that hold a pickle are longer. */
const carriedMinBytes = 8

/** Reads literals from the input onto the stack. */
export class PickleLiterals {
  readonly #input: PickleInput
  readonly #stack: PickleStack

  readonly #carries: Carries

  constructor(input: PickleInput, stack: PickleStack, carries: Carries) {
    this.#input = input
    this.#stack = stack
    this.#carries = carries
  }

  /** Instructions that put one value on the stack or move values about. */
  literal(code: number, offset: number): boolean {
    const input = this.#input
    switch (code) {
      case 0x28: // MARK
        this.#stack.mark(offset)
        return true
      case 0x4b: // BININT1
        this.#stack.push(int(input.u8()), offset)
        return true
      case 0x4d: // BININT2
        this.#stack.push(int(input.u16()), offset)
        return true
      case 0x4a: // BININT
        this.#stack.push(int(input.i32()), offset)
        return true
      case 0x4e: // NONE
        this.#stack.push(none, offset)
        return true
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        this.#stack.push(bool, offset)
        return true
      case 0x47: // BINFLOAT
        input.skip(8)
        this.#stack.push(float, offset)
        return true
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        this.#stack.push(this.#text(input.u8()), offset)
        return true
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING
        this.#stack.push(this.#text(input.u32()), offset)
        return true
      case 0x8d: // BINUNICODE8
        this.#stack.push(this.#text(input.u64()), offset)
        return true
      case 0x43: // SHORT_BINBYTES
        this.#stack.push(this.#bytes(input.u8()), offset)
        return true
      case 0x42: // BINBYTES
        this.#stack.push(this.#bytes(input.u32()), offset)
        return true
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        this.#stack.push(this.#bytes(input.u64()), offset)
        return true
      case 0x71: // BINPUT
        this.#stack.put(input.u8(), offset)
        return true
      case 0x72: // LONG_BINPUT
        this.#stack.put(input.u32(), offset)
        return true
      case 0x94: // MEMOIZE
        this.#stack.put(this.#stack.memoCount, offset)
        return true
      case 0x68: // BINGET
        this.#stack.get(input.u8(), offset)
        return true
      case 0x6a: // LONG_BINGET
        this.#stack.get(input.u32(), offset)
        return true
      default:
        return this.#spelled(code, offset)
    }
  }

  /** The instructions of protocol 0 and the numbers of any length, which are rare. */
  #spelled(code: number, offset: number): boolean {
    const input = this.#input
    switch (code) {
      case 0x49: // INT
      case 0x4c: // LONG
        this.#stack.push(spelledInt(input.line()), offset)
        return true
      case 0x46: // FLOAT
        input.line()
        this.#stack.push(float, offset)
        return true
      case 0x53: // STRING
        this.#stack.push(quoted(unquoted(input.line())), offset)
        return true
      case 0x56: // UNICODE
        this.#stack.push(quoted(unescaped(input.line())), offset)
        return true
      case 0x8a: // LONG1
        this.#stack.push(this.#long(input.u8()), offset)
        return true
      case 0x8b: // LONG4
        this.#stack.push(this.#long(input.u32()), offset)
        return true
      case 0x70: // PUT
        this.#stack.top(offset)
        this.#stack.put(memoIndex(input.wholeLine(), offset), offset)
        return true
      case 0x67: // GET
        if (this.#stack.memoCount === 0)
          throw new PickleFault('malformed', 'nothing was stored yet', offset)
        this.#stack.get(memoIndex(input.wholeLine(), offset), offset)
        return true
      case 0x97: // NEXT_BUFFER
        this.#stack.push(buffer, offset)
        return true
      case 0x98: // READONLY_BUFFER
        return true
      case 0x32: // DUP
        this.#stack.duplicate(offset)
        return true
      case 0x30: // POP
        this.#stack.drop(offset)
        return true
      case 0x31: // POP_MARK
        this.#stack.dropToMark(offset)
        return true
      default:
        return false
    }
  }

  #text(sizeBytes: number): Value {
    const start = this.#input.position
    const isDunder = sizeBytes > 4 && this.#input.peek(0) === 95 && this.#input.peek(1) === 95
    const carries = this.#mayCarry('text', sizeBytes)
    this.#input.skip(sizeBytes)
    if (carries) this.#carries('text', start, start + sizeBytes)
    return { kind: 'text', start, end: start + sizeBytes, text: null, isDunder }
  }

  #bytes(sizeBytes: number): Value {
    const start = this.#input.position
    const carries = this.#mayCarry('bytes', sizeBytes)
    this.#input.skip(sizeBytes)
    if (carries) this.#carries('bytes', start, start + sizeBytes)
    return { kind: 'bytes', start, end: start + sizeBytes }
  }

  #mayCarry(carriage: Carriage, sizeBytes: number): boolean {
    return sizeBytes >= carriedMinBytes && maybeCarries(carriage, this.#input)
  }

  #long(sizeBytes: number): Value {
    if (sizeBytes > 8) {
      this.#input.skip(sizeBytes)
      return int(Number.NaN)
    }
    let value = 0
    let top = 0
    for (let at = 0; at < sizeBytes; at++) {
      top = this.#input.u8()
      value += top * 256 ** at
    }
    const signed = top >= 128 ? value - 256 ** sizeBytes : value
    return int(Number.isSafeInteger(signed) ? signed : Number.NaN)
  }
}

/** A string that the file spells out. */
export function quoted(text: string): Value {
  return { kind: 'text', start: 0, end: 0, text, isDunder: text.startsWith('__') }
}
