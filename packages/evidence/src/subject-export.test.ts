import { expect, test } from 'vitest'
import vectors from '../../../spec/vectors/subject-export.json' with { type: 'json' }
import { utf8 } from './encoding.ts'
import { encodeSubjectExport, parseSubjectExport } from './subject-export.ts'

const bytes = (value: unknown) => utf8(JSON.stringify(value))

test.each(vectors.valid.map((value) => [value]))('what is valid is read and written', (value) => {
  const read = parseSubjectExport(bytes(value))
  expect(read).toEqual(value)
  expect(parseSubjectExport(encodeSubjectExport(read))).toEqual(read)
})

test.each([...vectors.invalid, ...vectors.inconsistent])('refused: $why', (row) => {
  expect(() => parseSubjectExport(bytes(row.export))).toThrow(
    expect.objectContaining({ code: 'receipt-malformed' }),
  )
})
