import { parentPort, workerData } from 'node:worker_threads'
import { CedarOracle } from './cedar-oracle.ts'
import type { ShadowWork } from './cedar-shadow.ts'

/** The thread behind `askCedar`: answers its questions, and is thrown away. */
// What it is started with is the work of `askCedar`.
const { policies, fixed, questions } = workerData as ShadowWork
const oracle = new CedarOracle(policies, { fixed })

parentPort?.postMessage(questions.map(({ request, except }) => oracle.decide(request, new Set(except))))
