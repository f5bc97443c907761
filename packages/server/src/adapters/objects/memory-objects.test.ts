import { describeObjectStore } from '../../platform/archive/object-store.contract.ts'
import { MemoryObjects } from './memory-objects.ts'

describeObjectStore('memory', async () => new MemoryObjects())
