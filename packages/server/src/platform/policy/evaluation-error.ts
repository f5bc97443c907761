/** A policy cannot be evaluated for this request: Cedar passes over it, the gate denies. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
}

/** Something that the compiled path leaves to the engine it falls back to. */
export class BeyondCompiled extends Error {
  override readonly name = 'BeyondCompiled'
}

/** Cedar refuses the request as a whole. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest'
}
