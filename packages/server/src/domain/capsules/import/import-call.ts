import type { Call } from '../use-cases/context.ts'

/** Who imports, with a grant that reaches over all lines. */
export type ImportCall = Pick<Call<'import.run'>, 'grant' | 'subject' | 'grantSubject'>
