import type { CapsuleOffloadChange, CapsuleReloadChange } from './capsule-body.ts'
import type {
  CapsuleCreateChange,
  CapsuleEraseChange,
  CapsuleLinkChange,
  CapsuleSettleChange,
  CapsuleStatusChange,
  CapsuleStore,
  CapsuleTrustChange,
  CapsuleUnlinkChange,
  CapsuleVersionChange,
} from './capsule-store.ts'
import type {
  SpaceDropChange,
  SpaceFillChange,
  SpaceOpenChange,
  SpaceRetireChange,
  SpaceSwitchChange,
} from './embedding-spaces.ts'

type Mutators = Pick<
  CapsuleStore,
  | 'create'
  | 'addVersion'
  | 'setStatus'
  | 'setTrust'
  | 'link'
  | 'unlink'
  | 'settle'
  | 'openSpace'
  | 'switchSpace'
  | 'retireSpace'
  | 'fillSpace'
  | 'dropVectors'
  | 'erase'
  | 'offload'
  | 'reload'
>

/** The mutating half of the port, the same for every adapter: each method only states its change as a value. */
export const capsuleChanges: Mutators = {
  create: (_grant, draft, dedupe): CapsuleCreateChange => ({ kind: 'capsule.create', draft, dedupe }),
  addVersion: (_grant, draft): CapsuleVersionChange => ({ kind: 'capsule.version', draft }),
  setStatus: (_grant, id, status, options = {}): CapsuleStatusChange => ({
    kind: 'capsule.status',
    id,
    status,
    withChunks: options.withChunks ?? false,
    ...(options.at === undefined ? {} : { at: options.at }),
  }),
  setTrust: (_grant, id, trust, reason): CapsuleTrustChange => ({ kind: 'capsule.trust', id, trust, reason }),
  link: (_grant, from, to, link, weight = 1): CapsuleLinkChange => ({ kind: 'capsule.link', from, to, link, weight }),
  unlink: (_grant, from, to, link): CapsuleUnlinkChange => ({ kind: 'capsule.unlink', from, to, link }),
  settle: (_grant, ids): CapsuleSettleChange => ({ kind: 'capsule.settle', ids }),
  openSpace: (_grant, role, { model, dimensions }): SpaceOpenChange => ({
    kind: 'space.open',
    role,
    model,
    dimensions,
  }),
  switchSpace: (_grant, model): SpaceSwitchChange => ({ kind: 'space.switch', model }),
  retireSpace: (_grant, model): SpaceRetireChange => ({ kind: 'space.retire', model }),
  fillSpace: (_grant, model, vectors): SpaceFillChange => ({ kind: 'space.fill', model, vectors }),
  dropVectors: (_grant, model): SpaceDropChange => ({ kind: 'space.drop', model }),
  erase: (_grant, id): CapsuleEraseChange => ({ kind: 'capsule.erase', id }),
  offload: (_grant, segment, capsules): CapsuleOffloadChange => ({ kind: 'capsule.offload', segment, capsules }),
  reload: (_grant, capsule): CapsuleReloadChange => ({ kind: 'capsule.reload', capsule }),
}
