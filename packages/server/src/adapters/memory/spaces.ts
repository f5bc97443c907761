import { CascadeError } from '#base'
import { type SpaceChange, type SpacesState, UNEMBEDDED_CHARACTERS_MAX, type UnembeddedPage } from '#capsules'
import { type CapsuleRow, headOf, type MemoryState, type SpaceRow, type VersionRow } from './memory-state.ts'
import type { UndoLog } from './undo-log.ts'
import { assertVector, DIMENSIONS_MAX } from './vectors.ts'

interface Changing {
  readonly state: MemoryState
  readonly undo: UndoLog
}

/** The model of the space that has the role. */
export const modelHaving = (state: MemoryState, role: SpaceRow['role']): string | undefined =>
  state.spaces.entries().find(([, space]) => space.role === role)?.[0]

/** Models of the active space and the shadow. */
export const ownModels = (state: MemoryState): readonly string[] =>
  [modelHaving(state, 'active'), modelHaving(state, 'shadow')].filter((model) => model !== undefined)

/** The model a version counts under, and its vector there, if it has one. */
export function vectorOf(
  state: MemoryState,
  { given, vectors }: VersionRow,
): { readonly model: string; readonly vector: Float32Array } | undefined {
  const model = given ?? modelHaving(state, 'active')
  const vector = model === undefined ? undefined : vectors.get(model)
  return model !== undefined && vector ? { model, vector } : undefined
}

/** Every version whose vector is the store's own to make, heads first, newest first. */
function listOwn(state: MemoryState): { readonly row: CapsuleRow; readonly version: VersionRow }[] {
  const rows = [...state.capsules.values()].reverse()
  const isOwn = ({ version }: { readonly version: VersionRow }): boolean => version.indexed && version.given === null
  const heads = rows.map((row) => ({ row, version: headOf(row) })).filter(isOwn)
  const older = rows.flatMap((row) => row.versions.slice(0, -1).map((version) => ({ row, version })))
  return [...heads, ...older.filter(isOwn)]
}

export function readSpaces(state: MemoryState): SpacesState {
  const own = listOwn(state)
  const stateOf = (role: SpaceRow['role']) => {
    const model = modelHaving(state, role)
    if (model === undefined) return null
    const filled = own.filter(({ version }) => version.vectors.has(model)).length
    return { model, dimensions: state.spaces.get(model)!.dimensions, filled }
  }
  const retired = [...state.spaces].filter(([, { role }]) => role === 'retired').map(([model]) => model)
  return { active: stateOf('active'), shadow: stateOf('shadow'), retired, versions: own.length }
}

/** Everything before the cursor was handed out; what was filled meanwhile is no part of the page. */
export function listUnembedded(
  state: MemoryState,
  model: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): UnembeddedPage {
  if (!ownModels(state).includes(model)) return { items: [], next: undefined }
  const own = listOwn(state)
  const from = own.findIndex(({ row, version }) => placeOf(row, version) === cursor) + 1
  const missing = own.slice(from).filter(({ version }) => !version.vectors.has(model))
  const page: typeof missing = []
  let characters = 0
  for (const one of missing.slice(0, limit)) {
    characters += one.version.content.length
    if (page.length > 0 && characters > UNEMBEDDED_CHARACTERS_MAX) break
    page.push(one)
  }
  const last = page.at(-1)
  const items = page.map(({ row, version: { version, title, content } }) => ({ id: row.id, version, title, content }))
  return { items, next: last && placeOf(last.row, last.version) }
}

const placeOf = ({ id }: CapsuleRow, { version }: VersionRow): string => `${id} ${version}`

/** Carries out a change of the spaces. What each promises stands at `EmbeddingSpaces`. */
export function changeSpaces(context: Changing, change: SpaceChange): void {
  const { state, undo } = context
  switch (change.kind) {
    case 'space.open':
      openSpace(context, change)
      break
    case 'space.switch':
      switchSpace(context, change.model)
      break
    case 'space.retire':
      undo.set(state.spaces, change.model, { ...requireRole(state, change.model, 'shadow'), role: 'retired' })
      break
    case 'space.fill':
      fillSpace(context, change)
      break
    case 'space.drop':
      dropVectors(context, change.model)
      break
  }
}

function openSpace({ state, undo }: Changing, { role, model, dimensions }: SpaceChange & { kind: 'space.open' }) {
  const occupant = modelHaving(state, role)
  if (occupant !== undefined) throw new CascadeError('CONFLICT', `the ${role} space is that of ${occupant}`)
  const known = state.spaces.get(model)
  if (known?.role === 'active') throw new CascadeError('CONFLICT', `${model} is the active space already`)
  if (known?.role === 'retired') throw new CascadeError('CONFLICT', `vectors of ${model} are still being removed`)
  if (dimensions < 1 || dimensions > DIMENSIONS_MAX || (known && known.dimensions !== dimensions)) {
    throw new CascadeError('EMBEDDING_MISMATCH', `vectors of ${model} cannot have ${dimensions} dimensions here`)
  }
  undo.set(state.spaces, model, { dimensions, role })
}

function switchSpace({ state, undo }: Changing, model: string): void {
  const shadow = requireRole(state, model, 'shadow')
  const missing = listOwn(state).filter(({ version }) => !version.vectors.has(model)).length
  if (missing > 0) throw new CascadeError('CONFLICT', `${missing} versions still lack a vector of ${model}`)
  const active = modelHaving(state, 'active')
  if (active !== undefined) undo.set(state.spaces, active, { ...state.spaces.get(active)!, role: 'retired' })
  undo.set(state.spaces, model, { ...shadow, role: 'active' })
}

function requireRole(state: MemoryState, model: string, role: SpaceRow['role']): SpaceRow {
  const space = state.spaces.get(model)
  if (space?.role === role) return space
  throw new CascadeError('CONFLICT', `the space of ${model} is in another state, or gone`)
}

function fillSpace({ state, undo }: Changing, { model, vectors }: SpaceChange & { kind: 'space.fill' }): void {
  const space = state.spaces.get(model)
  if (!space || !ownModels(state).includes(model)) {
    throw new CascadeError('CONFLICT', `the space of ${model} is not one that is filled`)
  }
  for (const { vector } of vectors) {
    if (!vector) continue
    assertVector(vector)
    if (vector.length === space.dimensions) continue
    throw new CascadeError('EMBEDDING_MISMATCH', `vectors of ${model} have ${space.dimensions} dimensions`)
  }
  for (const { id, version: name, vector } of vectors) {
    const row = state.capsules.get(id)
    const found = row?.versions.find(({ version }) => version === name)
    if (!row || !found?.indexed || found.given !== null || found.vectors.get(model)) continue
    const filled = { ...found, vectors: new Map(found.vectors).set(model, vector?.slice() ?? null) }
    undo.set(state.capsules, id, { ...row, versions: row.versions.map((one) => (one === found ? filled : one)) })
  }
}

function dropVectors({ state, undo }: Changing, model: string): void {
  const retired = requireRole(state, model, 'retired')
  let given = false
  for (const row of state.capsules.values()) {
    given ||= row.versions.some((version) => version.given === model)
    if (row.versions.some((version) => version.given === null && version.vectors.has(model))) {
      undo.set(state.capsules, row.id, { ...row, versions: row.versions.map((version) => without(version, model)) })
    }
  }
  if (given) undo.set(state.spaces, model, { ...retired, role: 'given' })
  else undo.delete(state.spaces, model)
}

function without(version: VersionRow, model: string): VersionRow {
  if (version.given !== null) return version
  const vectors = new Map(version.vectors)
  vectors.delete(model)
  return { ...version, vectors }
}
