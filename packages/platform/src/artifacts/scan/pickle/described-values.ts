// How findings speak of values on a pickle's stack.

import type { Value } from './pickle-values.ts'

/** A value in words. */
export function described(value: Value): string {
  if (value.kind === 'object')
    return value.of === null
      ? 'something that the pickle made'
      : `what \`${value.of.module}.${value.of.name}\` gave`
  if (value.kind === 'persistent') return 'something from outside of the pickle'
  return {
    tuple: 'a tuple',
    list: 'a list',
    set: 'a set',
    dict: 'a dict',
    text: 'a text',
    bytes: 'bytes',
    int: 'a number',
    float: 'a number',
    bool: 'a boolean',
    none: 'None',
    buffer: 'a buffer',
    global: 'an import',
  }[value.kind]
}
