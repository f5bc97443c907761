export { type Manifest, manifestName, objectName, SEGMENT_UNITS_MAX, type UnitEntry } from './manifest.ts'
export {
  isObjectName,
  OBJECT_BYTES_MAX,
  OBJECTS_LISTED_MAX,
  type ObjectRange,
  type ObjectStore,
} from './object-store.ts'
export { UNIT_BYTES_MAX, UNIT_KEY_BYTES } from './sealed-unit.ts'
export {
  putSegment,
  readManifest,
  readObject,
  readUnit,
  requireManifest,
  type SegmentDraft,
  SegmentWriter,
  type UnitDraft,
  withoutUnits,
} from './segment.ts'
