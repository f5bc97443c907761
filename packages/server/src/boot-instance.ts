import type { Clock } from '#base'
import { type BootChunk, boot, ClaimGuardian, Health } from '#boot'
import { LiveConfig, type LoadedConfig, listSecrets } from '#config'
import { Lifecycle } from '#lifecycle'
import type { Metrics, RootLogger } from '#observability'
import { reloadConfig } from './compose-settings.ts'
import type { LocalInstance, StartInstanceOptions } from './edge/cli/index.ts'

/** What somebody who wants an instance brings along. */
export interface Wanted {
  /** The configuration as it is at the start. */
  readonly loaded: LoadedConfig
  readonly options: StartInstanceOptions
  readonly log: RootLogger
  readonly clock: Clock
}

/** What belongs to the instance as a whole and is there before its first part. */
export interface Frame extends Wanted {
  /** The configuration as it counts now. */
  readonly live: LiveConfig
  readonly lifecycle: Lifecycle
  readonly guardian: ClaimGuardian
  readonly health: Health
  readonly startedAt: number
  /** What is read anew beside the configuration. */
  readonly renewals: (() => void)[]
}

/** What a part hands out of the boot. */
export interface Address extends Pick<LocalInstance, 'socket' | 'token' | 'tokenFile' | 'url'> {
  readonly metrics: Metrics
}

/**
 * Boots an instance of the parts that `list` names; one of them calls `tell`. What it promises stands at `StartInstance`.
 */
export async function bootInstance(
  wanted: Wanted,
  list: (frame: Frame, tell: (address: Address) => void) => readonly BootChunk[],
): Promise<LocalInstance> {
  const frame = frameOf(wanted)
  const { lifecycle, guardian, health, live, clock, log } = frame
  for (const secret of listSecrets(wanted.loaded.config)) log.hide(secret)
  const found = Promise.withResolvers<Address>()
  const ended = Promise.withResolvers<void>()
  // Registered first, so it is closed last.
  lifecycle.onStop('the end', ended.resolve)
  const report = await boot(list(frame, found.resolve), { lifecycle, guardian, clock, log })
  health.noteBoot(report)
  const { metrics, ...address } = await found.promise
  metrics.setBoot(report.status, report.took_ms / 1000)
  return {
    ...address,
    boot: report,
    stopped: ended.promise,
    reload: (load) => {
      reloadConfig(live, load, log)
      for (const renew of frame.renewals) renew()
    },
    stop: async (reason) => void (await lifecycle.stop(reason)),
  }
}

/** A frame that nothing stands in yet. */
export function frameOf(wanted: Wanted): Frame {
  const { loaded, clock, log } = wanted
  const lifecycle = new Lifecycle({ clock, log })
  return {
    ...wanted,
    lifecycle,
    live: new LiveConfig(loaded),
    health: new Health(lifecycle, clock, log),
    guardian: new ClaimGuardian(),
    startedAt: clock(),
    renewals: [],
  }
}
