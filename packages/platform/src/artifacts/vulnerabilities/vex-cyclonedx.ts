// Vulnerabilities of a CycloneDX document with an analysis. What they affect is a component of the document by its reference,
// a package URL, or a component of another document by BOM-Link (`urn:cdx:serial/version#reference`).

import { OperatingError } from '@proofhouse/evidence'
import { type Fields, fieldsOf, listIn, textIn } from '../inventory/document.ts'
import { endOf, type VexStatement, type VexStatus } from './vex-statement.ts'

const vulnerabilitiesMax = 100_000
const componentsMax = 200_000

/** States of an analysis (CycloneDX 1.4 and later). */
const statusOf: Readonly<Record<string, VexStatus>> = {
  not_affected: 'not_affected',
  false_positive: 'not_affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
}

/** The statements of a document; vulnerabilities that nobody analysed are none. @throws feed-malformed */
export function cyclonedxStatements(document: Fields, source: string): VexStatement[] {
  const vulnerabilities = listIn(document['vulnerabilities'])
  if (vulnerabilities.length > vulnerabilitiesMax)
    throw new OperatingError(
      'feed-malformed',
      `\`${source}\` has over ${vulnerabilitiesMax} vulnerabilities`,
    )
  const purls = new Map<string, string>()
  const metadata = fieldsOf(document['metadata'])
  collectPurls([metadata['component'] ?? null, ...listIn(document['components'])], purls)
  return vulnerabilities.map(fieldsOf).flatMap((vulnerability) => {
    const analysis = fieldsOf(vulnerability['analysis'])
    const status = statusOf[textIn(analysis['state']) ?? '']
    if (status === undefined) return []
    const references = listIn(vulnerability['references']).map((one) => fieldsOf(one)['id'])
    const ids = [vulnerability['id'], ...references].flatMap((id) => textIn(id) ?? [])
    const ends = listIn(vulnerability['properties'])
      .map(fieldsOf)
      .find(({ name }) => name === 'proofhouse:expires')
    return [
      {
        ids,
        status,
        justification: textIn(analysis['justification']),
        note: textIn(analysis['detail']),
        date:
          textIn(analysis['lastUpdated']) ??
          textIn(analysis['firstIssued']) ??
          textIn(metadata['timestamp']),
        expires: ends === undefined ? null : endOf(ends['value'] ?? ''),
        products: listIn(vulnerability['affects']).flatMap((one) =>
          productsOf(fieldsOf(one), purls),
        ),
        components: [],
        source,
      },
    ]
  })
}

/** What an entry of `affects` is about: where it lists versions, about these alone, and not about a range of them. */
function productsOf(affected: Fields, purls: ReadonlyMap<string, string>): string[] {
  const reference = textIn(affected['ref'])
  if (reference === null) return []
  const local = decodeURIComponentSafely(reference.replace(/^urn:cdx:[^#]*#/u, ''))
  const product = purls.get(local) ?? local
  if (affected['versions'] === undefined) return [product]
  return listIn(affected['versions']).flatMap((one) => {
    const version = textIn(fieldsOf(one)['version'])
    return version === null ? [] : atVersion(product, version)
  })
}

/** The product at one version; none where it has another, or none can be told of it. */
function atVersion(product: string, version: string): string[] {
  if (!product.startsWith('pkg:')) return []
  const [, bare = product, rest = ''] = /^([^?#]*)(.*)$/su.exec(product) ?? []
  const at = bare.lastIndexOf('@')
  if (at <= bare.lastIndexOf('/')) return [`${bare}@${encodeURIComponent(version)}${rest}`]
  return decodeURIComponentSafely(bare.slice(at + 1), true) === version ? [product] : []
}

function decodeURIComponentSafely(text: string, always = text.startsWith('pkg%3A')): string {
  try {
    return always ? decodeURIComponent(text) : text
  } catch {
    return text
  }
}

function collectPurls(components: readonly unknown[], purls: Map<string, string>): void {
  const waiting = [...components]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const component = fieldsOf(next)
    const reference = textIn(component['bom-ref'])
    const purl = textIn(component['purl'])
    if (reference !== null && purl !== null && purls.size < componentsMax)
      purls.set(reference, purl)
    waiting.push(...listIn(component['components']))
  }
}
