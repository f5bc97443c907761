export {
  APPROVAL_COLLECTION,
  type ApprovalRow,
  type CapsulePin,
  type HeldOperation,
  withoutReason,
  withoutWords,
} from './approval-row.ts'
export { type ApprovalCall, Approvals, type Approved, type CarryOut } from './approvals.ts'
