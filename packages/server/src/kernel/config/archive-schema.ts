import { z } from 'zod'
import { configFacts } from './config-facts.ts'

const text = (lengthMax: number) => z.string().min(1).max(lengthMax)
/** What a header or a signature is made of: printable ASCII without blanks. */
const HEADER_WORD = /^[!-~]+$/

/** Where the archive lies, and how it is made. */
export const archive = z.strictObject({
  directory: text(4096).optional().register(configFacts, {
    path: true,
    description:
      'Folder for segments of the archive; `archive` in the data folder when absent. One that is named must exist: it may be a mount.',
  }),
  compression_level: z.int().min(1).max(22).default(6).register(configFacts, {
    description: 'zstd level of what moves into the archive.',
  }),
  s3: z.strictObject({
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .register(configFacts, {
        description:
          'Address of a server of the S3 protocol, without a name or a password; with it segments lie in a bucket there, and in no folder.',
      }),
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .optional()
      .register(configFacts, { description: 'The bucket, which must exist.' }),
    prefix: z
      .string()
      .max(200)
      .regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*$/)
      .default('')
      .register(configFacts, {
        description: 'What the names of objects begin with, such as `cascade/`: folders, each with a slash behind it.',
      }),
    region: text(60)
      .regex(/^[a-z0-9-]+$/)
      .default('us-east-1')
      .register(configFacts, { description: 'Region that requests are signed for; most servers but Amazon take any.' }),
    access_key: text(200)
      .regex(HEADER_WORD)
      .optional()
      .register(configFacts, { secret: true, description: 'Access key of the bucket.' }),
    secret_key: text(400)
      .regex(HEADER_WORD)
      .optional()
      .register(configFacts, { secret: true, description: 'Secret key of the bucket; it signs, and is never sent.' }),
    path_style: z.boolean().default(true).register(configFacts, {
      description: 'True names the bucket in the path of the address, false before its host.',
    }),
    timeout_ms: z.int().min(1000).max(600_000).default(30_000).register(configFacts, {
      description: 'Milliseconds one request may take, beside a second for each MiB it carries.',
    }),
  }),
})
