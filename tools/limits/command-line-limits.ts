import { CLIENT_FILE_BYTES_MAX } from '../../packages/server/src/edge/cli/agents/client-file.ts'
import { CONNECT_MS_MAX } from '../../packages/server/src/edge/cli/connect.ts'
import { ANSWER_BYTES_MAX, LINE_LENGTH_MAX, SILENCE_MS_MAX } from '../../packages/server/src/edge/cli/http-client.ts'
import { GIVEN_FILE_BYTES_MAX } from '../../packages/server/src/edge/cli/read-given.ts'
import type { Limits } from './limit.ts'

const noServer = { error: 'NO_SERVER' } as const

/** How long the command line waits, and what it takes for an answer. */
export const COMMAND_LINE_LIMITS = {
  commandConnect: {
    what: 'Time that a command waits for another that opens or leaves the data folder',
    value: CONNECT_MS_MAX,
    unit: 'ms',
    beyond: { error: 'DATA_FOLDER_IN_USE' },
  },
  commandSilence: {
    what: 'Time without a sign of an instance that was asked',
    value: SILENCE_MS_MAX,
    unit: 'ms',
    beyond: noServer,
  },
  commandAnswer: { what: 'An answer of an instance', value: ANSWER_BYTES_MAX, unit: 'bytes', beyond: noServer },
  agentClientFile: {
    what: 'A configuration file of an agent’s client that `mcp install` writes',
    value: CLIENT_FILE_BYTES_MAX,
    unit: 'bytes',
    beyond: { error: 'UNPROCESSABLE' },
  },
  commandFile: {
    what: 'A file that a command is given: keys, a note, a manifest, a checkpoint, a saved answer',
    value: GIVEN_FILE_BYTES_MAX,
    unit: 'bytes',
    beyond: { error: 'SOURCE_UNREADABLE' },
  },
  commandLine: {
    what: 'A line of an answer that comes line by line',
    value: LINE_LENGTH_MAX,
    unit: 'characters',
    beyond: noServer,
  },
} as const satisfies Limits
