import { z } from 'zod'
import { configFacts } from './config-facts.ts'
import { isWitnessName } from './witness-text.ts'

const text = (lengthMax: number) => z.string().min(1).max(lengthMax)
/** Room for a dozen keys of ML-DSA-44, of 1.8 KB each. */
const KEYS_LENGTH_MAX = 65_536

/** How the log is signed, and who vouches for whom. */
export const ledger = z.strictObject({
  mirror: z.boolean().default(true).register(configFacts, {
    description:
      'Keep the last signed checkpoint of the log a second time, outside of the data folder: an older copy of the folder is then found out at its start.',
  }),
  mirror_dir: text(4096).optional().register(configFacts, {
    path: true,
    description:
      'Folder of the mirrored checkpoints, best on another disk; `forge-cascade/checkpoints` in the state folder of the user when absent ($XDG_STATE_HOME, else ~/.local/state).',
  }),
  key_overlap_days: z.int().min(0).max(365).default(30).register(configFacts, {
    description:
      'Days for which the old key signs beside the new one after `cascade ledger rotate-key`: until then everybody who verifies should know the new one.',
  }),
  post_quantum: z.boolean().default(false).register(configFacts, {
    description:
      'Add an ML-DSA-44 cosignature to each checkpoint, which outlasts quantum computers, where the runtime can. It makes each checkpoint and each proof 3.3 KB longer.',
  }),
  witnesses: text(KEYS_LENGTH_MAX).optional().register(configFacts, {
    list: true,
    description:
      'Who is to cosign what this log signs: `<verifier key> <address>` each, as `cascade ledger witness` of the other instance shows them. One with several keys has a member for each. Nobody when absent. The instance sends its checkpoints to these addresses, and to no others.',
  }),
  submit_every_s: z.int().min(1).max(3600).default(5).register(configFacts, {
    description: 'Seconds from one submission to the witnesses to the next, while the log grows.',
  }),
  witness: z.strictObject({
    logs: text(KEYS_LENGTH_MAX).optional().register(configFacts, {
      list: true,
      description:
        'Logs that this instance cosigns for: their verifier keys, as `cascade ledger show` prints them there, each with the origin behind it where that is not the name of the key. A log whose key changes has a member for each key. With it `/v2/witness` answers without a token; none when absent.',
    }),
    name: text(200)
      .refine(isWitnessName, 'no white space, plus sign or comma, and at most 255 bytes')
      .optional()
      .register(configFacts, {
        description:
          'Name of the keys that cosign, such as `witness.example.org/acme`; one is made up when absent. Another name means other keys.',
      }),
  }),
})
