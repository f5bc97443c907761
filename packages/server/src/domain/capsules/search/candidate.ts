/** A capsule that some signal brought up, with what each signal says of it. Absent: that signal did not bring it up. */
export interface Candidate {
  readonly id: string
  readonly version: string
  readonly effectiveTrust: number
  /** Since when the version is valid. */
  readonly validFrom: number
  /** None for what stands beside another candidate in its session or document. */
  readonly signals: {
    /** BM25, higher is better, unbounded. */
    readonly lexical?: number
    /** Cosine similarity from the stored float32 vectors, -1 to 1; given for every candidate that has a vector. */
    readonly vector?: number
    /** 0-1: how strongly the best other candidates are linked to it. */
    readonly graph?: number
  }
}
