import type { EmbeddingState } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { Call, ModelChange, ModelChangeState, ModelState } from '#capsules'
import type { ModelDesk } from '#http'

/** The change of the model as the HTTP interface shows it and brings it about. */
export function createModelDesk(change: ModelChange): ModelDesk {
  const turn = (verb: 'start' | 'pause' | 'resume' | 'cancel') => async (call: Call<'system.embed'>) => {
    await change[verb](call)
    return present(await change.state())
  }
  return {
    state: async () => present(await change.state()),
    start: turn('start'),
    pause: turn('pause'),
    resume: turn('resume'),
    cancel: turn('cancel'),
  }
}

const present = ({ spaces, isActiveAvailable, configured, change }: ModelState): EmbeddingState => ({
  model: spaces.active?.model ?? null,
  dimensions: spaces.active?.dimensions ?? null,
  available: isActiveAvailable,
  configured,
  versions: spaces.versions,
  filled: spaces.active?.filled ?? 0,
  change: change && presentChange(change),
})

function presentChange(change: ModelChangeState): NonNullable<EmbeddingState['change']> {
  const { model, dimensions, state, done, total, startedAt, perSecond, refused, problem, retryAt } = change
  const isTimed = state === 'running' && perSecond !== null && perSecond > 0
  return {
    model,
    dimensions,
    state,
    done,
    total,
    started_at: startedAt === null ? null : toRfc3339(startedAt),
    per_second: perSecond,
    eta_s: isTimed ? (total - done) / perSecond : null,
    refused,
    problem,
    retry_at: retryAt === null ? null : toRfc3339(retryAt),
  }
}
