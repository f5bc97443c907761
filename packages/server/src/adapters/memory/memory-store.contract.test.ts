import { describeCapsuleStore } from '../../domain/capsules/capsule-store.contract.ts'
import { describeLedgerStore } from '../../platform/ledger/ledger-store.contract.ts'
import { describePlatformStore } from '../../platform/store/store.contract.ts'
import { openMemoryStoreUnderTest } from './testing.ts'

describePlatformStore('memory', openMemoryStoreUnderTest)
describeLedgerStore('memory', openMemoryStoreUnderTest)
describeCapsuleStore('memory', openMemoryStoreUnderTest)
