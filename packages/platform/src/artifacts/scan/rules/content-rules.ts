// Rules about plain content, and about what is of no format that is read.

import type { ScanRule } from './scan-rule.ts'

/** Rules about plain content, and about what is of no format that is read. */
export const contentRules = {
  'npy-malformed': {
    severity: 'unread',
    finds: 'an array file whose header does not fit what follows',
    effect: 'readers disagree about what it holds',
    ids: [],
  },
  'npy-trailing-data': {
    severity: 'medium',
    finds: 'more bytes follow the end of an array',
    effect: 'they are loaded by none who reads the array, and may be there for another reader',
    ids: [],
  },
  polyglot: {
    severity: 'high',
    finds: 'a file of two formats at once',
    effect: 'a scanner reads the one, a loader the other',
    ids: ['CWE-436'],
  },
  'trailing-data': {
    severity: 'medium',
    finds: 'bytes behind the end of a file of some format',
    effect: 'to another reader the file is something else',
    ids: [],
  },
  'unread-code': {
    severity: 'high',
    finds: 'content that could not be read, and holds calls or commands that run code',
    effect: 'a program that reads the content may run them',
    ids: ['CWE-94'],
  },
  'packed-code': {
    severity: 'medium',
    finds:
      'a script packed with a model: for a shell, or Python that names what runs programs or code, or hides what it names',
    effect: 'whoever serves the model runs it, or imports it and so runs it',
    ids: ['CWE-829'],
  },
  'described-code': {
    severity: 'medium',
    finds: 'a text that describes a model, and holds calls or commands that run code',
    effect: 'a program that evaluates the text runs them',
    ids: ['CWE-94'],
  },
  'unread-content': {
    severity: 'unread',
    finds: 'content of no format that the scanner reads',
    effect: 'nothing is known of it',
    ids: [],
  },
} as const satisfies Readonly<Record<string, ScanRule>>
