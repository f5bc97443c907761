import type { JointScan } from './joint-scan.ts'
import type { ScanTeam } from './scan-team.ts'

/** Reader's number, and with whom it searches: a team of other threads, or others of this thread. Alone unless given. */
export interface ReaderPlace {
  readonly reader: number
  readonly team?: ScanTeam
  readonly joint?: JointScan
}
