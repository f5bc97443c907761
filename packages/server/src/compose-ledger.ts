import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Config, environment } from '#config'
import type { CheckpointMirror } from '#ledger'
import { createMirrorFolder } from './adapters/files/mirror-folder.ts'

/** Where the last checkpoint is kept a second time; undefined where that is switched off. */
export function mirrorOf({ ledger: { mirror, mirror_dir } }: Config): CheckpointMirror | undefined {
  return mirror ? createMirrorFolder(mirror_dir ?? stateFolder()) : undefined
}

/** @see https://specifications.freedesktop.org/basedir-spec/latest/ */
function stateFolder(): string {
  const state = environment().XDG_STATE_HOME
  return join(state?.startsWith('/') ? state : join(homedir(), '.local', 'state'), 'forge-cascade', 'checkpoints')
}
