import { openMemoryStoreUnderTest } from '../../adapters/memory/testing.ts'
import { describeCapsuleStore } from './capsule-store.contract.ts'

describeCapsuleStore('memory', openMemoryStoreUnderTest)
