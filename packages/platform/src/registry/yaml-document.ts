// YAML for people's own files: every refusal names file, line and column, and nothing in it stands for something else.

import { OperatingError } from '@proofhouse/evidence'
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml'

/**
 * A parsed YAML document that can say on which line a key stands.
 * @throws config-invalid when the text is not YAML, or uses aliases
 */
export function parseYaml(text: string, fileName: string) {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false })
  const place = (offset: number | undefined): string => {
    if (offset === undefined) return fileName
    const { line, col } = lines.linePos(offset)
    return `${fileName}:${line}:${col}`
  }
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined)
    throw new OperatingError(
      'config-invalid',
      `${place(problem.pos[0])}: not valid YAML: ${problem.message.split('\n')[0]?.replace(/ at line .*$/, '')}`,
    )
  visit(document, {
    Alias(_, node) {
      throw new OperatingError(
        'config-invalid',
        `${place(node.range?.[0])}: aliases (\`*${node.source}\`) are not used in this file; write the value out`,
      )
    },
  })
  const placeOf = (segments: readonly (string | number)[]): string => {
    for (let depth = segments.length; depth > 0; depth--) {
      const parent = document.getIn(segments.slice(0, depth - 1), true)
      const key = segments[depth - 1]
      const pair = isMap(parent)
        ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
        : undefined
      if (pair !== undefined && isScalar(pair.key)) return place(pair.key.range?.[0])
      const node = document.getIn(segments.slice(0, depth), true)
      if (isScalar(node) || isMap(node)) return place(node.range?.[0])
    }
    return place(0)
  }
  const lineOf = (segments: readonly (string | number)[]): number => {
    const node = document.getIn(segments, true)
    return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1
  }
  return { value: document.toJS({ maxAliasCount: 0 }) as unknown, placeOf, lineOf }
}
