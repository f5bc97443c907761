export { createToken, isSameToken, tokenDigest } from './access-token.ts'
export {
  ADMINISTRATOR_NAME,
  ADMINISTRATOR_TRUST,
  founderOf,
  SUBJECT_COLLECTIONS,
  SUBJECT_TRUST_NEW,
  type Subject,
} from './subject.ts'
export { subjectNameKey } from './subject-name.ts'
export { type GrantSubjectCreation, Subjects, type SubjectsOptions } from './subjects.ts'
