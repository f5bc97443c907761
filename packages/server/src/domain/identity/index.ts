export { createToken, isSameToken, tokenDigest } from './access-token.ts'
export type { AccessTokenRow, Credential } from './access-token-row.ts'
export {
  type AccessTokenFields,
  AccessTokens,
  type AccessTokensOptions,
  type ListedToken,
  type TokenCreation,
} from './access-tokens.ts'
export { coversAction, isWithin, type Scopes } from './scopes.ts'
export {
  ADMINISTRATOR_NAME,
  ADMINISTRATOR_TRUST,
  founderOf,
  SUBJECT_COLLECTIONS,
  SUBJECT_TRUST_NEW,
  type Subject,
  type SubjectKind,
  type SubjectRole,
} from './subject.ts'
export { subjectNameKey } from './subject-name.ts'
export { checkOwnAgent, type SubjectChange } from './subject-rules.ts'
export {
  type GrantSubjectCreation,
  type RevisedSubject,
  type SubjectCall,
  type SubjectFields,
  type SubjectPage,
  type SubjectQuery,
  Subjects,
  type SubjectsOptions,
} from './subjects.ts'
