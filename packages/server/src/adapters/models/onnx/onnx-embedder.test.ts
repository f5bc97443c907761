import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeEmbedder as describePort } from '../../../domain/capsules/embedding/embedder.contract.ts'
import { dot, type Embedder } from '../../../domain/capsules/embedding/index.ts'
import { describeEmbedder } from '../describe-embedder.ts'
import { openOnnxEmbedder } from './onnx-embedder.ts'
import { readOnnxFolder } from './onnx-folder.ts'

/** Made by tools/embedder/prepare.sh: all-MiniLM-L6-v2 with int8 weights, and both runtimes. */
const MINILM = join(import.meta.dirname, '../../../../../../tools/embedder/out/minilm')
const isPrepared = existsSync(join(MINILM, 'node_modules/onnxruntime-node'))
/** A text takes 15 ms on a free processor; this one may be shared. */
const REAL_MS_MAX = 60_000

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const FITTING = {
  'config.json': '{"hidden_size": 384, "max_position_embeddings": 512}',
  'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\nword\n',
  'onnx/model.onnx': 'no model',
} as const

/** A folder with these files; undefined leaves one out. */
function folderOf(files: Readonly<Record<string, string | undefined>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-model-'))
  folders.push(folder)
  mkdirSync(join(folder, 'onnx'))
  mkdirSync(join(folder, '1_Pooling'))
  for (const [name, text] of Object.entries({ ...FITTING, ...files }))
    if (text !== undefined) writeFileSync(join(folder, name), text)
  return folder
}

test.for<{ name: string; files: Record<string, string | undefined>; says: string }>([
  { name: 'without a model', files: { 'onnx/model.onnx': undefined }, says: 'it holds none of onnx/model_quantized' },
  { name: 'without a configuration', files: { 'config.json': undefined }, says: 'it has no config.json' },
  { name: 'whose configuration is broken', files: { 'config.json': '{' }, says: 'its config.json is not' },
  { name: 'of another kind of model', files: { 'config.json': '{"d_model": 512}' }, says: 'its config.json is not' },
  { name: 'without a vocabulary', files: { 'vocab.txt': undefined }, says: 'it has no tokenizer.json' },
  {
    name: 'whose vocabulary is of another kind',
    files: { 'vocab.txt': undefined, 'tokenizer.json': '{"model": {"type": "BPE", "vocab": {"a": 0}}}' },
    says: 'its tokenizer.json is not',
  },
  {
    name: 'whose model takes the first token for the text',
    files: { '1_Pooling/config.json': '{"pooling_mode_mean_tokens": false}' },
    says: 'does not pool by the mean',
  },
  {
    name: 'whose vocabulary knows upper case',
    files: { 'tokenizer_config.json': '{"do_lower_case": false}' },
    says: 'tells upper case from lower case',
  },
])('a folder $name does not fit, and says why', ({ files, says }) => {
  const open = () => openOnnxEmbedder({ folder: folderOf(files) })
  expect(open).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(says) }))
})

test('a folder that is not there does not fit', () => {
  expect(() => readOnnxFolder('/no/such/folder')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})

test('without a runtime the error says what to install, and where', () => {
  const folder = folderOf({})
  const wanted = `npm install --prefix ${folder} --ignore-scripts onnxruntime-web`
  expect(() => openOnnxEmbedder({ folder, runtime: 'onnxruntime-web' })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(wanted) }),
  )
})

test('a tokenizer.json gives the vocabulary that vocab.txt gives', () => {
  const vocab = Object.fromEntries(
    FITTING['vocab.txt']
      .trim()
      .split('\n')
      .map((piece, id) => [piece, id]),
  )
  const tokenizer = JSON.stringify({ model: { type: 'WordPiece', vocab } })
  const read = (files: Record<string, string | undefined>) => readOnnxFolder(folderOf(files)).vocabulary
  expect(read({ 'vocab.txt': undefined, 'tokenizer.json': tokenizer })).toEqual(read({}))
})

test('another model or vocabulary in a folder of the same name is another model', () => {
  const digestOf = (files: Record<string, string | undefined>) => readOnnxFolder(folderOf(files)).model.split('@')[1]
  const digests = [{}, { 'onnx/model.onnx': 'other' }, { 'vocab.txt': 'other' }].map(digestOf)
  expect(new Set(digests).size).toBe(3)
})

test('without a folder the embedder is the built-in one', () => {
  expect(describeEmbedder(undefined)).toEqual({ model: 'forge-static-minilm@1', dimensions: 256, runtime: null })
})

if (!isPrepared) {
  test('all-MiniLM-L6-v2 keeps the promises of an embedder', (context) => {
    context.skip('tools/embedder/prepare.sh was not run: it makes the model and installs its runtimes')
  })
}

describe.runIf(isPrepared)('with the real model', { timeout: REAL_MS_MAX }, () => {
  const both = ['onnxruntime-node', 'onnxruntime-web'] as const
  for (const runtime of both) {
    describePort(`all-MiniLM-L6-v2 in ${runtime}`, () => openOnnxEmbedder({ folder: MINILM, runtime }))
  }

  /** From the weights as 32-bit floats, by tools/embedder/build_onnx.py and onnxruntime in Python. */
  const TEXT = 'Institutional memory that people can trust.'
  const EXPECTED = [0.0828, -0.0237, -0.0736, 0.0205, -0.0, 0.053, 0.0276, -0.0318, 0.0988, -0.0298, 0.0695, 0.0573]

  let embedders: readonly Embedder[]
  beforeAll(() => {
    embedders = both.map((runtime) => openOnnxEmbedder({ folder: MINILM, runtime }))
  })
  afterAll(() => Promise.all(embedders.map((embedder) => embedder[Symbol.asyncDispose]())))

  test('both runtimes give the same numbers, which are those of the weights before rounding', async () => {
    const [native, web] = await Promise.all(embedders.map(async (each) => (await each.embed([TEXT], 'document'))[0]!))
    expect(dot(native!, web!)).toBeGreaterThan(0.999)
    for (const [index, value] of EXPECTED.entries()) expect(Math.abs(native![index]! - value)).toBeLessThan(0.02)
  })

  test('it sees the order of words and what a sentence says', async () => {
    const texts = ['My child is ill today.', 'The kids are sick.', 'The server is down.']
    const [asked, near, far] = await embedders[0]!.embed(texts, 'document')
    expect(dot(asked!, near!)).toBeGreaterThan(dot(asked!, far!) + 0.3)
    const orders = ['the dog bit the man', 'the man bit the dog']
    const [first, second] = await embedders[0]!.embed(orders, 'document')
    expect(embedders[0]!.sees).toBe('sentences')
    expect(dot(first!, second!)).toBeLessThan(0.99)
  })

  test('its name says which file it is, and doctor which runtime', () => {
    expect(describeEmbedder(MINILM)).toEqual({
      model: expect.stringMatching(/^minilm@[0-9a-f]{12}$/),
      dimensions: 384,
      runtime: 'onnxruntime-node',
    })
  })

  test('a question does not wait for all that is being imported', async () => {
    const [embedder] = embedders
    const order: string[] = []
    const texts = Array.from({ length: 60 }, (_, index) => `note number ${index}`)
    const importing = embedder!.embed(texts, 'document').then(() => order.push('import'))
    const asking = embedder!.embed(['which note?'], 'query').then(() => order.push('question'))
    await Promise.all([importing, asking])
    expect(order).toEqual(['question', 'import'])
  })
})

test.runIf(isPrepared)('a file that is no model makes the embedder unavailable, with the reason', async () => {
  await using embedder = openOnnxEmbedder({ folder: folderWithRuntime() })
  await expect(embedder.embed(['a'], 'document')).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
})

/** A folder whose model is none, below the one that has the runtimes. */
function folderWithRuntime(): string {
  const folder = mkdtempSync(join(MINILM, 'broken-'))
  folders.push(folder)
  mkdirSync(join(folder, 'onnx'))
  for (const [name, text] of Object.entries(FITTING)) writeFileSync(join(folder, name), text)
  return folder
}
