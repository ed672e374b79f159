// Rules about pickles.

import type { ScanRule } from './scan-rule.ts'

/** Rules about pickles. */
export const pickleRules = {
  'pickle-dangerous-import': {
    severity: 'critical',
    finds: 'a pickle imports something that runs code, or reaches files or the network',
    effect: 'loading the file does it, before anyone sees the model',
    ids: ['CWE-502'],
  },
  'pickle-computed-call': {
    severity: 'critical',
    finds: 'a pickle calls something that it first computed',
    effect: 'what is called is not in the file, so that no list of imports sees it',
    ids: ['CWE-502', 'GHSA-vvpj-8cmc-gx39'],
  },
  'pickle-build-on-import': {
    severity: 'critical',
    finds: 'a pickle changes something it imported: a class, a function or a module',
    effect: 'every later use of it in the program does what the file wants',
    ids: ['CWE-502', 'CWE-915'],
  },
  'pickle-unknown-import': {
    severity: 'high',
    finds: 'a pickle imports something that is on no list of what models need',
    effect: 'loading imports that module and may run what is in it',
    ids: ['CWE-502'],
  },
  'pickle-carried': {
    severity: 'high',
    finds:
      'a value of a pickle, in bytes, base64 or hexadecimal, or the elements of a tensor, are a pickle that would do harm',
    effect: 'a program that loads the value, which is hidden from other scanners, does it',
    ids: ['CWE-502'],
  },
  'pickle-attribute-access': {
    severity: 'high',
    finds: 'a pickle reads attributes by name',
    effect: 'from any object, attributes lead to the whole of Python',
    ids: ['CWE-502'],
  },
  'pickle-code-object': {
    severity: 'high',
    finds: 'a pickle carries Python functions as bytes (dill, cloudpickle)',
    effect: 'the code in it runs when the model is used; nobody has read it',
    ids: ['CWE-502'],
  },
  'pickle-dotted-name': {
    severity: 'high',
    finds: 'a name with dots reaches through a module into what that module imported',
    effect: 'an allowed module leads to one that is not',
    ids: ['CWE-502'],
  },
  'pickle-computed-import': {
    severity: 'high',
    finds: 'the name of an import is not spelled as text',
    effect: 'what would be imported is not in the file',
    ids: ['CWE-502'],
  },
  'pickle-unexpected-arguments': {
    severity: 'high',
    finds: 'a known function is called with arguments that its library never writes',
    effect: 'functions that are harmless with the usual arguments can be turned into others',
    ids: ['CWE-502'],
  },
  'pickle-unexpected-build': {
    severity: 'high',
    finds: 'a state or items are given to something that takes none',
    effect: 'the setter of that object runs with what the file chose',
    ids: ['CWE-502', 'CWE-915'],
  },
  'pickle-special-attribute': {
    severity: 'high',
    finds: 'a state holds one of the attributes that Python itself calls',
    effect: 'a later instruction would call it',
    ids: ['CWE-915'],
  },
  'pickle-function-as-value': {
    severity: 'high',
    finds: 'a function that only rebuilds data is stored as a value',
    effect: 'stored under the right name it is called with other arguments',
    ids: ['CWE-915'],
  },
  'pickle-extension-code': {
    severity: 'high',
    finds: 'an import by a number that only the loading program knows',
    effect: 'what would be imported is not in the file',
    ids: ['CWE-502'],
  },
  'pickle-persistent-id': {
    severity: 'medium',
    finds:
      'the loader is asked for something outside of the pickle, in a file that is no PyTorch file',
    effect: 'what is loaded depends on the program and is not in the file',
    ids: [],
  },
  'pickle-odd-instruction': {
    severity: 'medium',
    finds:
      'an instruction that no pickler writes: DUP, a second header, values left over at the end',
    effect: 'the pickle was put together by hand, or another was put into it',
    ids: [],
  },
  'pickle-unfolding': {
    severity: 'medium',
    finds: 'containers that hold each other so often that they unfold to over a billion values',
    effect: 'a program that prints, copies or walks what was loaded never ends',
    ids: ['CWE-400', 'CWE-776'],
  },
  'pickle-trailing-data': {
    severity: 'medium',
    finds: 'more bytes follow the end of a pickle',
    effect: 'readers that go on see what others do not',
    ids: [],
  },
  'pickle-malformed': {
    severity: 'unread',
    finds: 'a pickle that ends early, or holds what is no instruction',
    effect: 'what comes before the fault is run all the same; what comes after it was not read',
    ids: ['GHSA-769v-p64c-89pr'],
  },
  'pickle-limit': {
    severity: 'unread',
    finds: 'a pickle larger than the scanner follows',
    effect: 'what comes after the limit was not read',
    ids: ['CWE-400'],
  },
} as const satisfies Readonly<Record<string, ScanRule>>
