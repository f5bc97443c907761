export { ANALYSIS_FORMAT, type Analysis, type Flip } from './analyse-change.ts'
export { DRIFT_PARTS } from './drift.ts'
export { type AnalysedProposal, notAnalysed, ProposalAnalyst, type ProposalAnalystOptions } from './proposal-analyst.ts'
