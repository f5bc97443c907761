import { openMemoryStoreUnderTest } from '../../adapters/memory/testing.ts'
import { describeLedgerStore } from './ledger-store.contract.ts'

describeLedgerStore('memory', openMemoryStoreUnderTest)
