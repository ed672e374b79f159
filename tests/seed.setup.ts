// Property tests draw the same examples in every run, so that a green commit stays green; a search for new
// counterexamples is a run of its own: `PROOFHOUSE_SEED=$RANDOM npm run tests`.
import fc from 'fast-check'

const given = typeof process === 'undefined' ? undefined : process.env['PROOFHOUSE_SEED']
fc.configureGlobal({ seed: given === undefined ? 1 : Number(given) })
