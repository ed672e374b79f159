// Pickles put together by hand: one function per instruction, so that a test says what its file does.

import { concatBytes, utf8 } from '@proofhouse/evidence'

/** Some instructions. */
export type Part = Uint8Array<ArrayBuffer>

const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer)

export const op = (...bytes: number[]): Part => new Uint8Array(bytes)
export const stop = op(0x2e)
export const none = op(0x4e)
export const emptyList = op(0x5d)
export const minusOne = op(0x4a, 255, 255, 255, 255)
export const proto = (version: number): Part => op(0x80, version)
export const text = (value: string): Part => {
  const bytes = utf8(value)
  return concatBytes(op(0x58), u32(bytes.length), bytes)
}
export const bytes = (value: Uint8Array): Part => concatBytes(op(0x42), u32(value.length), value)
export const int = (value: number): Part => op(0x4b, value)
export const global = (module: string, name: string): Part => utf8(`c${module}\n${name}\n`)
export const stackGlobal = (module: string, name: string): Part =>
  concatBytes(text(module), text(name), op(0x93))
export const tuple = (...items: Part[]): Part => concatBytes(op(0x28), ...items, op(0x74))
export const list = (...items: Part[]): Part => concatBytes(op(0x5d, 0x28), ...items, op(0x65))
export const dict = (...pairs: Part[]): Part => concatBytes(op(0x7d, 0x28), ...pairs, op(0x75))
export const reduce = (callee: Part, ...args: Part[]): Part =>
  concatBytes(callee, tuple(...args), op(0x52))
export const newObject = (callee: Part, ...args: Part[]): Part =>
  concatBytes(callee, tuple(...args), op(0x81))
export const build = (target: Part, state: Part): Part => concatBytes(target, state, op(0x62))

/** A whole pickle of protocol 4. */
export const pickle = (...parts: Part[]): Uint8Array<ArrayBuffer> =>
  concatBytes(proto(4), ...parts, stop)

/** A whole pickle of protocol 0: no header. */
export const oldPickle = (...parts: Part[]): Uint8Array<ArrayBuffer> => concatBytes(...parts, stop)
