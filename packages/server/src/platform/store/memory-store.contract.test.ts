import { openMemoryStoreUnderTest } from '../../adapters/memory/testing.ts'
import { describeOutbox } from './outbox.contract.ts'
import { describeRecords } from './records.contract.ts'
import { describeUnitOfWork } from './unit-of-work.contract.ts'

describeUnitOfWork('memory', openMemoryStoreUnderTest)
describeOutbox('memory', openMemoryStoreUnderTest)
describeRecords('memory', openMemoryStoreUnderTest)
