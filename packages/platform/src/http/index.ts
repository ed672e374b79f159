// HTTP: one file per resource; maps what comes over the wire to the domains.

export { decisionServer, type DecisionTaker } from './decision-server.ts'
export { operatorRoutes, operatorServer } from './operator-routes.ts'
export { addSpools } from './spools.ts'
