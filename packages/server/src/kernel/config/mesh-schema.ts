import { z } from 'zod'
import { configFacts } from './config-facts.ts'

/** Where events go. */
export const mesh = z.strictObject({
  file: z.string().min(1).max(4096).optional().register(configFacts, {
    path: true,
    description:
      'File with the routes of events; `config/mesh.yml` beside the configuration file, or beside the data folder, when absent. Read again when it changes, and at SIGHUP.',
  }),
  private_targets: z.string().min(1).max(4096).optional().register(configFacts, {
    list: true,
    description:
      'Hosts, addresses and networks (`10.0.0.0/8`) beside those of the public internet that webhooks may be sent to. None when absent.',
  }),
})
