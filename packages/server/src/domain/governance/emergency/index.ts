export { Emergency, type EmergencyCall, type EmergencyOptions, goesOn, mayLift } from './emergency.ts'
export {
  ALONE_WAIT_MS,
  EMERGENCY_COLLECTION,
  type EmergencyCause,
  type EmergencyState,
  LIFT_MS,
} from './emergency-state.ts'
