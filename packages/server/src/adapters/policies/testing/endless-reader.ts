import { parentPort } from 'node:worker_threads'

/** A thread that tells where it is and then never ends. */
parentPort?.postMessage({ step: { file: 'a.cedar', start: 1 } })
for (;;);
