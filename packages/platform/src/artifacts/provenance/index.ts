// What a model was made from. An index of its own, because most commands never need it.

export { describedRun, type TrainingDescription } from './describe-run.ts'
export { dvcFile, dvcLock } from './dvc-stages.ts'
export { mlflowRun, type RunFiles } from './mlflow-run.ts'
export { loggedFolder, mlflowServerRun } from './mlflow-server.ts'
export { openLineageEvent } from './openlineage-events.ts'
export { openLineageRuns } from './openlineage-runs.ts'
export {
  type ProvenanceGraph,
  ProvenanceIndex,
} from './provenance-graph.ts'
export {
  artifact,
  type ProvenanceForm,
  rootOfFile,
  type RunArtifact,
  type TrainingRun,
} from './training-run.ts'
export { trainingStatement } from './training-statement.ts'
export { wandbRun } from './wandb-run.ts'
