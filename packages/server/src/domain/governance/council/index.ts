export type { Advice, AdviceQuestion, Adviser } from './adviser.ts'
export {
  type AdviceCall,
  type AdviceRow,
  type CouncilLook,
  CouncilSessions,
  withoutAdviceWords,
} from './council-sessions.ts'
export { RULE_ADVISERS, type RuleAdviserName, ruleAdviser } from './rule-advisers.ts'
