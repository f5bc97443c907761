import { ERRORS, type ErrorCode } from '@forge-cascade/contract'
import { CascadeError } from '#base'

/**
 * Fixes that read otherwise at a command line than over HTTP, where the line above is the detail and no header is in
 * sight. `help` is the command that shows the usage.
 */
const FIXES: Partial<Record<ErrorCode, (help: string) => string>> = {
  VALIDATION_FAILED: (help) => `\`${help}\` shows what it takes, with examples.`,
  UNPROCESSABLE: (help) => `Change what the line above names; \`${help}\` shows what it takes.`,
  UNAUTHENTICATED: () =>
    'Put a token that is good here into CASCADE_TOKEN, or name its file with --token-file. Without both, and without --url, the file `token` of the data folder is used and must be readable.',
  APPROVAL_REQUIRED: () => '`approvals list --mine` shows what waits; ask somebody who is entitled to approve it.',
  NOT_FOUND: () => 'Check the id: `search` and `ask` show whole ids.',
  CONFLICT: () => 'Look at it again (`show`): it is not in the state that this needs.',
  EMERGENCY_ACTIVE: () => 'Ask an administrator; `emergency status` says what is needed to lift it.',
  DATA_FOLDER_IN_USE: () => 'Use the instance that is there, as the other commands do by themselves, or stop it.',
  OUTCOME_UNKNOWN: () => 'Look whether it was done, and run the command again if not.',
  RATE_LIMITED: () => 'Wait a minute and run it again.',
  INTERNAL: () =>
    'Run it again; if it breaks again, `doctor` looks for the cause, and the log has it under the correlation id.',
  CONFIG_INVALID: () => 'Change what the line above names; `config show` lists where each value comes from.',
  UNAVAILABLE: () => 'Try again in a moment; `doctor` says what is missing.',
  BOOT_FAILED: () => '`doctor` looks for the cause.',
  DATA_CORRUPT: () => 'Run `doctor`; `restore` the newest backup if it confirms the damage.',
  LEDGER_FORKED: () =>
    'Put the newest copy of the data folder back. To go on with this one on purpose: `restore --as-is`.',
  BACKUP_INVALID: () => 'Choose another file.',
  BACKUP_KEY_MISSING: () => 'Name the folder or the file with the key: --keys, --key.',
  SOURCE_UNREADABLE: () => 'Check that there is such a file or folder, and that this user may read it.',
  IN_ARCHIVE: () => 'Bring it back with `archive restore`, and run it again.',
  ARCHIVE_DAMAGED: () => '`archive verify` names what is damaged; put it back from a copy of the folder or bucket.',
  LEGAL_HOLD: () => 'Ask whoever placed it. Once it is lifted (`hold lift`), run it again.',
  STORAGE_FULL: () => 'Free some space and run it again.',
}

const UNSOUND = 'Mend what `policy lint` finds.'
const APPROVAL_FIX = '`approvals list` shows the ids of what waits.'
const PROPOSAL_FIX = '`proposals list` shows the ids of proposals.'
const STANDING_FIX = '`proposals show` says how it stands.'
const VERSION_FIX =
  'Check the id and the version: `search` and `ask` show whole ids, `history` lists the versions of one.'

/** Fixes of one command, where it knows more than the code says. */
const FIXES_OF: Readonly<Record<string, Partial<Record<ErrorCode, string>>>> = {
  import: {
    NOT_FOUND: '`import --list` shows the imports with their labels and ids.',
    SOURCE_UNREADABLE: '`help import` lists what can be named; the user of the instance must be able to read it.',
  },
  completion: {
    CONFLICT: 'Remove that line, and run it again.',
    UNPROCESSABLE: 'Print the script instead, without --install, and put it where your shell reads it.',
  },
  'mcp install': {
    NOT_FOUND: 'Name the client, such as `mcp install claude-code`; `mcp install --help` lists them.',
    UNPROCESSABLE: 'Mend that file, or add the entry by hand: --dry-run shows it.',
  },
  'mcp uninstall': { UNPROCESSABLE: 'Mend that file, or take the entry out by hand.' },
  backup: {
    UNPROCESSABLE: 'Name a file that is not there yet, in a folder that is: make the folder first, or name another.',
  },
  show: { NOT_FOUND: VERSION_FIX },
  history: { NOT_FOUND: VERSION_FIX },
  'artifact verify': {
    SOURCE_UNREADABLE: 'Check that there is such a file or folder, and that the user of the instance may read it.',
  },
  'bulk run': { NOT_FOUND: 'Show it again, without --yes: a token is good for a day.' },
  erase: {
    NOT_FOUND: '`erase --list` shows receipts; `search` shows the ids of capsules, and `show` whom they are of.',
  },
  'artifact show': {
    NOT_FOUND: '`artifact verify` prints the digest; `ledger audit --about artifact` shows those that were verified.',
  },
  'evidence changes': { CONFLICT: 'Name a checkpoint of this log: `ledger show` prints what the log is called.' },
  'evidence export': {
    NOT_FOUND: 'Ask for a longer time or for more; `ledger audit` shows what happened.',
    CONFLICT: 'Run it again.',
  },
  'ledger publish': {
    UNPROCESSABLE: 'Name a folder that this user may write to, or one that can be made.',
    CONFLICT: 'Name a new or empty folder, or one that this log was published to.',
    LEDGER_FORKED:
      'Keep that folder and publish into a new one; `ledger verify --published` says whether this log signed what lies there.',
  },
  'ledger rotate-key': { CONFLICT: 'Run it again later; with --now the keys before sign no more at once.' },
  'ledger prove': { NOT_FOUND: '`ledger audit` shows the numbers of entries.' },
  'policy lint': { UNPROCESSABLE: 'Name a folder or files with what is one bundle.' },
  'policy test': {
    UNPROCESSABLE: UNSOUND,
    NOT_FOUND: 'Write cases into a file such as team.test.json; docs/concepts/policy.md shows one.',
  },
  'policy explain': { UNPROCESSABLE: UNSOUND },
  'trust explain': {
    NOT_FOUND: 'Name a subject by its id or its name, or a capsule by its id: `show` tells whose it is.',
  },
  'subject add': { CONFLICT: '`subject show` says who has that name; `subject change` changes that one.' },
  'subject show': { NOT_FOUND: '`subject list` shows who there is.' },
  'subject change': {
    NOT_FOUND: '`subject list` shows who there is.',
    CONFLICT: 'Register another administrator (`subject add`), and change that one.',
  },
  'agent add': { CONFLICT: 'Choose another name; `agent list` shows your agents.' },
  'agent token': { NOT_FOUND: '`agent list` shows your agents.' },
  'agent revoke': { NOT_FOUND: '`agent list` shows the ids of tokens.' },
  'token create': { UNPROCESSABLE: '`subject list` shows who there is; `subject add` registers one.' },
  'token list': { NOT_FOUND: '`subject list` shows who there is.' },
  'token revoke': { NOT_FOUND: '`token list` shows the ids of tokens.' },
  events: {
    CURSOR_INVALID: 'Leave --after out: without --follow it begins at the oldest, with it at what comes next.',
  },
  publish: { PAYLOAD_TOO_LARGE: 'Say where it lies: what an event says has at most 64 KiB.' },
  'hold lift': { NOT_FOUND: '`hold list` shows the ids of holds.' },
  'archive restore': { NOT_FOUND: '`archive list` shows the segments.' },
  'archive verify': { NOT_FOUND: '`archive list` shows the segments.' },
  'embedding start': { CONFLICT: '`embedding status` says what is under way.' },
  'embedding pause': { CONFLICT: '`embedding status` says what is under way.' },
  'embedding resume': { CONFLICT: '`embedding status` says what is under way.' },
  'embedding cancel': { CONFLICT: '`embedding status` says what is under way.' },
  'approvals show': { NOT_FOUND: APPROVAL_FIX },
  'approvals approve': { NOT_FOUND: APPROVAL_FIX, CONFLICT: '`approvals show` says what became of it.' },
  'approvals reject': { NOT_FOUND: APPROVAL_FIX, CONFLICT: '`approvals show` says what became of it.' },
  'emergency on': {
    FORBIDDEN:
      'Ask an administrator or a steward; whoever may write into the data folder puts a file named EMERGENCY there, which does the same.',
  },
  'emergency off': {
    FORBIDDEN:
      'Who lifts it may turn it on as well: ask an administrator or a steward; `emergency status` says who has asked already.',
    CONFLICT: '`emergency status` says how it stands, and what lifts it.',
  },
  'emergency status': { FORBIDDEN: 'Ask an administrator, a steward or an auditor.' },
  'mesh lint': { SOURCE_UNREADABLE: 'Name a file that you may read.', NOT_FOUND: 'Name the file with the routes.' },
  'mesh replay': { NOT_FOUND: '`mesh dead` lists those that there are.' },
  'mesh discard': { NOT_FOUND: '`mesh dead` lists those that there are.' },
  'policy apply': {
    FORBIDDEN:
      'Ask an administrator. On the machine of the instance, once that is stopped, `policy apply --built-in` asks nobody.',
    CONFLICT:
      'Have the policies permit what the line above names, and apply them again; `policy show --text` prints those in force.',
    EMERGENCY_ACTIVE:
      '`emergency status` says what lifts it. On the machine of the instance, once that is stopped, `policy apply --built-in` works all the same.',
  },
  'proposals show': { NOT_FOUND: PROPOSAL_FIX },
  'proposals analysis': { NOT_FOUND: PROPOSAL_FIX },
  'proposals advice': { NOT_FOUND: PROPOSAL_FIX, CONFLICT: STANDING_FIX },
  'proposals create': { NOT_FOUND: PROPOSAL_FIX, CONFLICT: STANDING_FIX },
  'proposals open': { NOT_FOUND: PROPOSAL_FIX, CONFLICT: STANDING_FIX },
  'proposals withdraw': { NOT_FOUND: PROPOSAL_FIX, CONFLICT: STANDING_FIX },
  'proposals vote': { NOT_FOUND: PROPOSAL_FIX, CONFLICT: STANDING_FIX },
  'proposals retry': { NOT_FOUND: PROPOSAL_FIX, CONFLICT: STANDING_FIX },
  'proposals export': { NOT_FOUND: PROPOSAL_FIX, CONFLICT: STANDING_FIX },
  'proposals delegate': { UNPROCESSABLE: '`subject list` shows who there is.' },
  'proposals undelegate': { NOT_FOUND: '`proposals delegations` shows who speaks for you, and on what.' },
  restore: {
    SOURCE_UNREADABLE: 'Name a file that `backup` wrote.',
    DATA_FOLDER_IN_USE: 'Stop the instance that is there, restore, and start it again.',
  },
}

/** What only reads, dry runs and bodies of lines wait for nobody's word. */
const NOT_PARKED_FIX =
  'It does not wait for that: ask somebody to do it who needs no approval, or an administrator for more trust.'
const PORT_FIX = 'Choose another port: --port or CASCADE_PORT; 0 takes any free one.'

/**
 * What to do about an error, as a sentence.
 *
 * @param help the command that shows the usage.
 * @param command the words of the command that failed.
 */
export function fixOf(error: CascadeError, help: string, command = ''): string {
  if (isPortTrouble(error)) return PORT_FIX
  if (isNothingStored(error)) return NO_STORE_FIX
  if (error.code === 'APPROVAL_REQUIRED' && !('approval' in error.extensions)) return NOT_PARKED_FIX
  const { code } = error
  if (code === 'FORBIDDEN' && FIXES_OF[command]?.FORBIDDEN === undefined) return forbiddenFix(error)
  return FIXES_OF[command]?.[code] ?? FIXES[code]?.(help) ?? ERRORS[code].fix
}

/** By what refused it, and by what it was about. */
function forbiddenFix({ detail, extensions: { reasons } }: CascadeError): string {
  if (Array.isArray(reasons) && reasons.includes('OUT_OF_SCOPE'))
    return 'The scopes of this token do not have it: `whoami` shows them; use another token, or ask who made it for a wider one.'
  // Whoever asks may be the owner, or an administrator.
  if (Array.isArray(reasons) && reasons.includes('FORBIDDEN_BY_CONSTITUTION'))
    return '`constitution` lists its clauses; one of this instance’s own is changed by a vote (`proposals`).'
  if (Array.isArray(reasons) && reasons.includes('FORBIDDEN_BY_POLICY'))
    return 'Whoever looks after the policies changes it (`policy show`, `policy apply`), or a vote does (`proposals`).'
  return detail.includes('capsule/') ? 'Ask the owner of the capsule or an administrator.' : 'Ask an administrator.'
}

/** A command that needs what is stored found a folder without a store; a member of its own tells it from an id that is unknown. */
export const nothingStored = (directory: string): CascadeError =>
  new CascadeError('NOT_FOUND', `Nothing was stored in ${directory} yet.`, { extensions: { [NO_STORE]: true } })

export const isNothingStored = (error: unknown): boolean =>
  error instanceof CascadeError && error.extensions[NO_STORE] === true

const NO_STORE = 'no_store'
const NO_STORE_FIX = 'Begin with `start`, `import` or `remember`; a store that lies elsewhere is named by --data.'

/** Ports that another process has, or that are kept for the system. */
const PORT_CODES: ReadonlySet<unknown> = new Set(['EADDRINUSE', 'EACCES'])

function isPortTrouble({ code, cause }: CascadeError): boolean {
  if (code !== 'BOOT_FAILED' || !(cause instanceof Error)) return false
  return 'syscall' in cause && cause.syscall === 'listen' && 'code' in cause && PORT_CODES.has(cause.code)
}
