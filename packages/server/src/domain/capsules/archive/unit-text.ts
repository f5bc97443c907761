import { CascadeError, toRfc3339 } from '#base'
import type { CapsuleBody, VersionBody } from '../capsule-body.ts'
import { vectorFromBase64, vectorToBase64 } from '../use-cases/vectors.ts'

/**
 * A unit of a segment as NDJSON: a line for each capsule, followed by one for each of its versions, oldest first. A document
 * comes before its chunks. It says everything by itself: names are spelled out, times are RFC 3339.
 */
export const writeUnit = (bodies: readonly CapsuleBody[]): string =>
  bodies
    .flatMap((body) => [capsuleLine(body), ...body.versions.map((version) => versionLine(body.id, version))])
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')

const capsuleLine = ({ versions, trustHistory, ownStatus, ...rest }: CapsuleBody) => ({
  kind: 'capsule' as const,
  ...rest,
  own_status: ownStatus,
  versions: versions.length,
  trust_history: trustHistory.map(({ at, ...entry }) => ({ ...entry, at: toRfc3339(at) })),
})

const versionLine = (id: string, version: VersionBody) => {
  const { parents, digestKey, given, createdAt, validFrom, validTo, ...rest } = version
  return {
    kind: 'version' as const,
    id,
    ...rest,
    parents: parents.map(({ at, ...edge }) => ({ ...edge, at: toRfc3339(at) })),
    digest_key: Buffer.from(digestKey).toString('hex'),
    // A vector that nobody gave is made again by the embedder that there is when it comes back.
    vector: given && { model: given.model, base64: vectorToBase64(given.vector) },
    recorded_at: toRfc3339(createdAt),
    valid_from: toRfc3339(validFrom),
    valid_to: validTo === null ? null : toRfc3339(validTo),
  }
}

type CapsuleLine = ReturnType<typeof capsuleLine>
type VersionLine = ReturnType<typeof versionLine>

/** @throws CascadeError ARCHIVE_DAMAGED for what `writeUnit` did not write. */
export function readUnitText(id: string, text: string): readonly CapsuleBody[] {
  // Sealed with a key that nobody but the store has, so that these lines are those that were written.
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseLine(id, line))
  const bodies: CapsuleBody[] = []
  for (let at = 0; at < lines.length; ) {
    const head = lines[at]
    if (head?.kind !== 'capsule') throw damaged(id)
    const versions = lines.slice(at + 1, at + 1 + head.versions)
    if (versions.length !== head.versions) throw damaged(id)
    bodies.push(toBody(id, head, versions))
    at += 1 + head.versions
  }
  if (bodies[0]?.id !== id) throw damaged(id)
  return bodies
}

function parseLine(id: string, line: string): CapsuleLine | VersionLine {
  try {
    return JSON.parse(line) as CapsuleLine | VersionLine
  } catch (error) {
    throw damaged(id, error)
  }
}

function toBody(unit: string, head: CapsuleLine, lines: readonly (CapsuleLine | VersionLine)[]): CapsuleBody {
  const { kind: _kind, own_status: ownStatus, trust_history, versions: _versions, ...rest } = head
  return {
    ...rest,
    ownStatus,
    trustHistory: trust_history.map(({ at, ...entry }) => ({ ...entry, at: Date.parse(at) })),
    versions: lines.map((line) => {
      if (line.kind !== 'version' || line.id !== head.id) throw damaged(unit)
      return toVersion(line)
    }),
  }
}

function toVersion(line: VersionLine): VersionBody {
  const { kind: _kind, id: _id, parents, digest_key, vector, recorded_at, valid_from, valid_to, ...rest } = line
  return {
    ...rest,
    parents: parents.map(({ at, ...edge }) => ({ ...edge, at: Date.parse(at) })),
    digestKey: Buffer.from(digest_key, 'hex'),
    given: vector && { model: vector.model, vector: vectorFromBase64(vector.base64) },
    createdAt: Date.parse(recorded_at),
    validFrom: Date.parse(valid_from),
    validTo: valid_to === null ? null : Date.parse(valid_to),
  }
}

const damaged = (id: string, cause?: unknown): CascadeError =>
  new CascadeError('ARCHIVE_DAMAGED', `What the archive holds of ${id} is not in the form in which it is written.`, {
    cause,
  })
