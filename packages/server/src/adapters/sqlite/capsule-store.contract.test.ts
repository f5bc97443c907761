import { describeCapsuleStore } from '../../domain/capsules/capsule-store.contract.ts'
import { createFolders, createStoreUnderTest } from './testing.ts'

describeCapsuleStore('sqlite', createStoreUnderTest(createFolders()))
