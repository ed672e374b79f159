// How the errors of predicted numbers spread, on the page: quantiles for everyone and each group.

import type { TaskFindings } from '../../assess/index.ts'
import { sameTexts } from '../bounds.ts'
import { formatCount, formatValue, undefinedMark } from '../numbers.ts'
import { sliceName } from '../wording.ts'
import { html, type Markup } from './markup.ts'
import { dataTable } from './table.ts'

/** In percent of the rows. */
const quantileShares = [5, 25, 50, 75, 95]

/** The table of quantiles over the groups of a column set. */
export function errorSpread(
  { groups, label, prediction }: Extract<TaskFindings, { readonly kind: 'regression' }>,
  by: { readonly over: readonly string[]; readonly id: string; readonly name: string },
): Markup {
  const shown = groups.filter((group) => sameTexts(group.over, by.over))
  const heading =
    by.over.length === 0
      ? html`<h3 id="${by.id}">How the errors spread</h3>`
      : html`<h4 id="${by.id}">How the errors spread</h4>`
  return html`${heading}
<p class="muted small">Below 0 the prediction is too low, above 0 too high. Groups of fewer than 20 rows tell no quantiles: they would be
errors of single people.</p>
${dataTable({
  caption: `Errors by ${by.name}: the error that so many percent of the rows lie below`,
  columns: [
    'Group',
    { number: 'Rows' },
    { number: `Mean ${label}` },
    { number: `Mean ${prediction}` },
    ...quantileShares.map((share) => ({ number: `${share} %` })),
  ],
  rows: shown.map((group) => [
    html`<bdi>${sliceName(group.slice)}</bdi>`,
    formatCount(group.n),
    formatValue(group.mean_label),
    formatValue(group.mean_prediction),
    ...(group.error_quantiles?.map((error) => formatValue(error)) ??
      quantileShares.map(() => undefinedMark)),
  ]),
})}`
}
