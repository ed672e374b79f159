// Which measures are of the data: they are over any column, not over protected groups.

import { labelErrorCatalogue } from '../label-errors/label-error-catalogue.ts'
import { qualityCatalogue } from './quality-catalogue.ts'

/** Whether a measure is one of the data. */
export const isDataMeasure = (name: string): boolean =>
  Object.hasOwn(qualityCatalogue, name) || Object.hasOwn(labelErrorCatalogue, name)
