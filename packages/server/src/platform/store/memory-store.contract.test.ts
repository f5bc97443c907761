import { openMemoryStoreUnderTest } from '../../adapters/memory/testing.ts'
import { describePlatformStore } from './store.contract.ts'

describePlatformStore('memory', openMemoryStoreUnderTest)
