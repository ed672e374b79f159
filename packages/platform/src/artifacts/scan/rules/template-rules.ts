// Rules about Jinja templates, which programs fill in on loading a model or on every chat.

import type { ScanRule } from './scan-rule.ts'

/** Rules about Jinja templates. */
export const templateRules = {
  'template-python-internals': {
    severity: 'critical',
    finds: 'a template reaches for the internals of Python',
    effect: 'filling it in without a sandbox runs any code',
    ids: ['CWE-1336', 'CVE-2024-34359', 'GHSA-56xg-wfcc-g829', 'CVE-2026-5760'],
  },
  'template-computed-attribute': {
    severity: 'high',
    finds: 'a template looks up an attribute whose name it puts together or escapes',
    effect: 'the name that matters is not in the file',
    ids: ['CWE-1336'],
  },
  'template-global': {
    severity: 'high',
    finds:
      'a template uses an object of the template engine that no chat needs, or calls a module of Python',
    effect: 'its attributes lead to the whole of Python',
    ids: ['CWE-1336'],
  },
  'template-include': {
    severity: 'high',
    finds: 'a template takes in another file',
    effect: 'what is filled in is not in the file',
    ids: ['CWE-829'],
  },
  'template-malformed': {
    severity: 'unread',
    finds: 'a template that ends inside of an instruction, or is larger than is read',
    effect: 'what it does is not known',
    ids: [],
  },
} as const satisfies Readonly<Record<string, ScanRule>>
