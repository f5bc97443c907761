import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { CascadeError, messageOf } from '#base'

/** What a folder of a sentence-transformers model says about itself. */
export interface OnnxFolder {
  readonly folder: string
  /** Name of the folder and twelve digits of the digest of model and vocabulary. */
  readonly model: string
  readonly dimensions: number
  /** Tokens that the model reads of a text, the marks at its ends included. */
  readonly tokensMax: number
  readonly modelFile: string
  /** Every piece at the place of its id. */
  readonly vocabulary: readonly string[]
}

/** Where such folders have their model: the small one first. */
const MODEL_FILES = ['onnx/model_quantized.onnx', 'onnx/model.onnx', 'model_quantized.onnx', 'model.onnx'] as const
const TOKENS_DEFAULT = 256
const DIGEST_DIGITS = 12

const Model = z.object({ hidden_size: z.int().positive(), max_position_embeddings: z.int().positive().default(512) })
const SentenceModel = z.object({ max_seq_length: z.int().positive() })
const Pooling = z.object({ pooling_mode_mean_tokens: z.boolean() })
const TokenizerSettings = z.object({ do_lower_case: z.boolean().default(true) })
const Tokenizer = z.object({
  model: z.object({ type: z.literal('WordPiece').optional(), vocab: z.record(z.string(), z.int().nonnegative()) }),
})

/**
 * Reads what is to be known of the model before it is loaded; takes as long as the digest of its file.
 *
 * @throws CascadeError CONFIG_INVALID when a file is missing or the model is of another kind: it must pool by the mean and
 * divide texts into lower-case word pieces.
 */
export function readOnnxFolder(folder: string): OnnxFolder {
  const modelFile = MODEL_FILES.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (modelFile === undefined) throw unfit(folder, `it holds none of ${MODEL_FILES.join(', ')}`)
  const { hidden_size: dimensions, max_position_embeddings: places } = readRequired(folder, 'config.json', Model)
  const { max_seq_length: tokens } = readOptional(folder, 'sentence_bert_config.json', SentenceModel) ?? {
    max_seq_length: TOKENS_DEFAULT,
  }
  if (readOptional(folder, '1_Pooling/config.json', Pooling)?.pooling_mode_mean_tokens === false) {
    throw unfit(folder, 'its model does not pool by the mean')
  }
  if (readOptional(folder, 'tokenizer_config.json', TokenizerSettings)?.do_lower_case === false) {
    throw unfit(folder, 'its vocabulary tells upper case from lower case')
  }
  const vocabulary = readVocabulary(folder)
  const digest = createHash('sha256').update(readFileSync(modelFile)).update(vocabulary.join('\n')).digest('hex')
  const model = `${basename(folder)}@${digest.slice(0, DIGEST_DIGITS)}`
  return { folder, model, dimensions, tokensMax: Math.min(tokens, places), modelFile, vocabulary }
}

function readVocabulary(folder: string): readonly string[] {
  const path = join(folder, 'vocab.txt')
  if (existsSync(path))
    return readFileSync(path, 'utf8')
      .replace(/\r?\n$/, '')
      .split(/\r?\n/)
  const { model } = readRequired(folder, 'tokenizer.json', Tokenizer)
  const pieces: string[] = []
  for (const [piece, id] of Object.entries(model.vocab)) pieces[id] = piece
  return Array.from(pieces, (piece) => piece ?? '')
}

function readRequired<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const found = readOptional(folder, name, schema)
  if (found === undefined) throw unfit(folder, `it has no ${name}`)
  return found
}

function readOptional<T>(folder: string, name: string, schema: z.ZodType<T>): T | undefined {
  const path = join(folder, name)
  if (!existsSync(path)) return undefined
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw unfit(folder, `its ${name} is not that of such a model (${messageOf(cause).slice(0, 200)})`)
  }
}

const unfit = (folder: string, what: string): CascadeError =>
  new CascadeError(
    'CONFIG_INVALID',
    `embedding.folder: ${folder} does not fit: ${what}. Expected is the folder of a sentence-transformers model exported to ONNX: config.json, vocab.txt or tokenizer.json, and onnx/model.onnx or onnx/model_quantized.onnx`,
  )
