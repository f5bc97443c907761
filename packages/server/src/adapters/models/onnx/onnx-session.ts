import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { normalize } from '../../../domain/capsules/embedding/vectors/index.ts'
import { WordPieces } from '../static/word-pieces.ts'
import type { OnnxFolder } from './onnx-folder.ts'
import type { OnnxRuntime } from './onnx-runtime.ts'

/** The part of a runtime's interface that is used here; both runtimes have it. */
interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}
interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Record<string, unknown>, outputs: readonly string[]): Promise<Record<string, Tensor>>
}
interface Ort {
  readonly env: { readonly wasm: { numThreads: number } }
  readonly InferenceSession: { create(path: string | Uint8Array, options: object): Promise<Session> }
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown
}

/** The rows of a text's tokens; a model that gives only the text's own vector is not one we know how to ask. */
const ROWS = 'last_hidden_state'

/** A loaded model: one text at a time, so that a text's vector does not depend on its company. */
export class OnnxSession {
  readonly #ort: Ort
  readonly #session: Session
  readonly #folder: OnnxFolder
  readonly #pieces: WordPieces
  readonly #marks: { readonly first: number; readonly last: number }

  private constructor(ort: Ort, session: Session, folder: OnnxFolder) {
    this.#ort = ort
    this.#session = session
    this.#folder = folder
    this.#pieces = new WordPieces(folder.vocabulary)
    this.#marks = { first: this.#mark('[CLS]'), last: this.#mark('[SEP]') }
  }

  /** @throws Error of the runtime when the file is no model, or of ours when the model gives no rows of its tokens. */
  static async open(folder: OnnxFolder, { path, name, provider }: OnnxRuntime): Promise<OnnxSession> {
    const ort = await loadRuntime(path)
    // In WebAssembly more threads would be workers that are started from files the package does not have everywhere.
    if (name === 'onnxruntime-web') ort.env.wasm.numThreads = 1
    const { readFileSync } = await import('node:fs')
    const options = { executionProviders: [provider], intraOpNumThreads: 1, interOpNumThreads: 1 }
    const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(folder.modelFile)), options)
    if (!session.outputNames.includes(ROWS)) throw new Error(`the model has no output ${ROWS}`)
    return new OnnxSession(ort, session, folder)
  }

  /** @returns the mean of the rows of a text's tokens, of length 1; zeros for a text of white space only. */
  async embed(text: string): Promise<Float32Array<ArrayBuffer>> {
    const vector = new Float32Array(this.#folder.dimensions)
    const plain = text.trim()
    if (plain === '') return vector
    const ids = this.#idsOf(plain.toWellFormed())
    const output = await this.#session.run(this.#feeds(ids), [ROWS])
    const rows = output[ROWS]
    if (rows?.data.length !== ids.length * vector.length)
      throw new Error(`the model's rows have dimensions ${rows?.dims}`)
    for (const [index, value] of rows.data.entries()) vector[index % vector.length]! += value
    normalize(vector)
    return vector
  }

  #idsOf(text: string): BigInt64Array {
    const pieces = this.#pieces.of(text).slice(0, this.#folder.tokensMax - 2)
    return BigInt64Array.from([this.#marks.first, ...pieces, this.#marks.last], BigInt)
  }

  #feeds(ids: BigInt64Array): Record<string, unknown> {
    const filled: Readonly<Record<string, BigInt64Array>> = {
      input_ids: ids,
      attention_mask: new BigInt64Array(ids.length).fill(1n),
      token_type_ids: new BigInt64Array(ids.length),
    }
    return Object.fromEntries(
      this.#session.inputNames.map((name) => {
        const data = filled[name]
        if (data === undefined) throw new Error(`the model wants an input ${name}, which is unknown`)
        return [name, new this.#ort.Tensor('int64', data, [1, ids.length])]
      }),
    )
  }

  #mark(name: string): number {
    const id = this.#pieces.idOf(name)
    if (id === undefined) throw new Error(`the vocabulary has no ${name}`)
    return id
  }
}

const Loaded = z.object({ InferenceSession: z.unknown(), Tensor: z.unknown(), env: z.unknown() })

async function loadRuntime(path: string): Promise<Ort> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href)
  const found = Loaded.safeParse(module.default).success ? module.default : module
  // Both packages document this interface, and `Loaded` has seen that its three parts are there.
  return found as Ort
}
