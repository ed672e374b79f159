// HTTP: one file per resource; maps what comes over the wire to the domains.

export { decisionServer } from './decision-server.ts'
export { addSpools } from './spools.ts'
