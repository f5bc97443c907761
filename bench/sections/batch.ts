import type { BenchContext } from '../bench-context.ts'
import { batchRequest } from '../http/prepare.ts'
import { Served } from '../http/served.ts'
import { diskMb, memoryMb } from '../measure/footprint.ts'

const DOCUMENTS = 20_000
const DOCUMENTS_PER_REQUEST = 2000
const CLIENTS = 2

/** Documents with vectors as NDJSON, into a new folder. */
export async function measureBatch({ report, corpus, options }: BenchContext, folder: string): Promise<void> {
  report.begin('Bulk load over HTTP: NDJSON of documents with vectors')
  await using served = await Served.open(folder)
  const documents = corpus.documents.slice(0, Math.min(DOCUMENTS, options.documents))
  const starts = Array.from({ length: documents.length / DOCUMENTS_PER_REQUEST }, (_, at) => at * DOCUMENTS_PER_REQUEST)
  const requests = starts.map((from) => batchRequest(documents.slice(from, from + DOCUMENTS_PER_REQUEST)))
  const { seconds, serverCpuMs } = await served.drive({ requests, clients: CLIENTS, total: requests.length })
  report.rate(`batch, ${CLIENTS} clients`, documents.length / seconds, 'docs')
  if (serverCpuMs !== undefined) {
    report.value('  processor time of the server', serverCpuMs / DOCUMENTS_PER_REQUEST, 'ms a document')
  }
  report.lag('batch', await served.takeLag())
  const memory = memoryMb(served.server.pid)
  if (memory !== undefined) report.value('memory of the server (proportional set size)', memory, 'MB')
  report.value('data folder', diskMb(folder), 'MB')
}
