import type { Embedder } from '../../domain/capsules/embedding/index.ts'
import { openStaticEmbedder } from './static/open-static-embedder.ts'
import { STATIC_MODEL } from './static/static-table.ts'

/**
 * The models that this program brings along, newest first, by the name their vectors bear. One that is no longer the
 * default stays as long as stores may hold its vectors: their questions are asked with it until they have others.
 */
const BUILTIN_MODELS: ReadonlyMap<string, () => Embedder> = new Map([[STATIC_MODEL, () => openStaticEmbedder()]])

/** The embedder of a model that needs nothing but this program; undefined for any other. */
export const findBuiltinEmbedder = (model: string): Embedder | undefined => BUILTIN_MODELS.get(model)?.()
