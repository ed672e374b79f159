// OpenVEX 0.2 (github.com/openvex/spec), and the names in plain text that 0.0.1 had. Dates are inherited from the document.

import { OperatingError } from '@proofhouse/evidence'
import { type Fields, fieldsOf, isFields, listIn, textIn } from '../inventory/document.ts'
import { endOf, type VexStatement, type VexStatus } from './vex-statement.ts'

const statuses: readonly VexStatus[] = ['not_affected', 'affected', 'fixed', 'under_investigation']
const statementsMax = 100_000

/** The statements of a document. @throws feed-malformed */
export function openVexStatements(document: Fields, source: string): VexStatement[] {
  const list = listIn(document['statements'])
  if (list.length > statementsMax)
    throw new OperatingError('feed-malformed', `\`${source}\` has over ${statementsMax} statements`)
  return list.map((value, n) => {
    const statement = fieldsOf(value)
    const status = statuses.find((one) => one === statement['status'])
    const ids = namesOf(statement['vulnerability'])
    if (status === undefined || ids.length === 0)
      throw new OperatingError(
        'feed-malformed',
        `\`${source}\`: statement ${n + 1} has no vulnerability, or no status of OpenVEX`,
      )
    const products = listIn(statement['products'])
    const parts = products.flatMap((product) =>
      isFields(product) ? listIn(product['subcomponents']) : [],
    )
    return {
      ids,
      status,
      justification: textIn(statement['justification']),
      note: textIn(statement['impact_statement']) ?? textIn(statement['action_statement']),
      date:
        textIn(statement['last_updated']) ??
        textIn(statement['timestamp']) ??
        textIn(document['last_updated']) ??
        textIn(document['timestamp']),
      expires: endOf(statement['expires']),
      products: products.flatMap(identifiersOf),
      components: [...parts, ...listIn(statement['subcomponents'])].flatMap(identifiersOf),
      source,
    }
  })
}

function namesOf(vulnerability: unknown): string[] {
  const plain = textIn(vulnerability)
  if (plain !== null) return [plain]
  if (!isFields(vulnerability)) return []
  return [vulnerability['name'], ...listIn(vulnerability['aliases'])].flatMap(
    (name) => textIn(name) ?? [],
  )
}

function identifiersOf(component: unknown): string[] {
  const plain = textIn(component)
  if (plain !== null) return [plain]
  if (!isFields(component)) return []
  const identifiers = fieldsOf(component['identifiers'])
  return [component['@id'], identifiers['purl']].flatMap((one) => textIn(one) ?? [])
}
