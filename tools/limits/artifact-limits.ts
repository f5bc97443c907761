import { ARTIFACT_LIMITS } from '@forge-cascade/contract'
import {
  TEST_DATA_BYTES_MAX,
  TEST_HEAP_BYTES_MAX,
  TEST_OUTPUT_BYTES_MAX,
} from '../../packages/server/src/adapters/artifacts/process-cage.ts'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const
const tooMuch = { error: 'UNPROCESSABLE' } as const
const unsound = { cut: 'the check of its structure fails' } as const

/** What may be verified, and what its tests may take. */
export const ARTIFACT_ROWS = {
  artifactBytes: { what: 'An artifact', value: ARTIFACT_LIMITS.bytesMax, unit: 'bytes', beyond: tooMuch },
  artifactFiles: {
    what: 'Files and folders of an artifact',
    value: ARTIFACT_LIMITS.filesMax,
    unit: 'items',
    beyond: tooMuch,
  },
  artifactPath: { what: 'Path of a file in it', value: ARTIFACT_LIMITS.pathBytesMax, unit: 'bytes', beyond: unsound },
  artifactDepth: {
    what: 'Folders within folders in it',
    value: ARTIFACT_LIMITS.depthMax,
    unit: 'levels',
    beyond: unsound,
  },
  artifactManifest: {
    what: 'Its manifest',
    value: ARTIFACT_LIMITS.manifestBytesMax,
    unit: 'bytes',
    beyond: unsound,
  },
  artifactCapabilities: {
    what: 'Capabilities that it declares',
    value: ARTIFACT_LIMITS.capabilitiesMax,
    unit: 'items',
    beyond: unsound,
  },
  artifactName: {
    what: 'A name, a version or a capability in its manifest, or an argument of a test',
    value: ARTIFACT_LIMITS.nameLengthMax,
    unit: 'characters',
    beyond: unsound,
  },
  artifactAllowed: {
    what: 'Capabilities that a request allows',
    value: ARTIFACT_LIMITS.capabilitiesMax,
    unit: 'items',
    beyond: invalid,
  },
  artifactAllowedName: {
    what: 'A capability that a request allows',
    value: ARTIFACT_LIMITS.nameLengthMax,
    unit: 'characters',
    beyond: invalid,
  },
  artifactTests: { what: 'Tests that it declares', value: ARTIFACT_LIMITS.testsMax, unit: 'items', beyond: unsound },
  artifactTestArguments: {
    what: 'Arguments of a test',
    value: ARTIFACT_LIMITS.testArgumentsMax,
    unit: 'items',
    beyond: unsound,
  },
  artifactTestTime: {
    what: 'Time that a test asks for',
    value: ARTIFACT_LIMITS.testMsMax,
    unit: 'ms',
    beyond: unsound,
  },
  artifactTestsTime: {
    what: 'Time that all of its tests ask for together',
    value: ARTIFACT_LIMITS.testsMsMax,
    unit: 'ms',
    beyond: unsound,
  },
  artifactTestOutput: {
    what: 'What a test prints',
    value: TEST_OUTPUT_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'it is ended, and has failed' },
  },
  artifactTestHeap: {
    what: 'Heap of the JavaScript of a test',
    value: TEST_HEAP_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'it ends, and has failed' },
  },
  artifactTestData: {
    what: 'Data of the process of a test, of which Node takes 560 MiB without using them',
    value: TEST_DATA_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'it ends, and has failed' },
  },
  artifactKeys: {
    what: 'Keys of who may sign it, in a request',
    value: ARTIFACT_LIMITS.keysMax,
    unit: 'items',
    beyond: invalid,
  },
  artifactNote: { what: 'Its signed note', value: ARTIFACT_LIMITS.noteLengthMax, unit: 'characters', beyond: invalid },
} as const satisfies Limits
