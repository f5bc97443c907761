/** What the groups of commands are for. */
export const GROUPS: Readonly<Record<string, string>> = {
  agent: 'Agents of your own: register, list, give a token, end one',
  artifact: 'Verify what comes from elsewhere, and see what was found',
  bulk: 'Tag, archive, restore or erase many capsules at once',
  config: 'Show or check the configuration',
  embedding: 'The model of the vectors, and its change',
  emergency: 'The kill switch: stop everything, and lift it as one of two people',
  evidence: 'What proves what happened, for an auditor: export, verify, changes, history, explain',
  ledger: 'The log of everything that happened: show, verify, prove, audit, publish, witness, rotate its key',
  gate: 'What was decided, why, and what would be; and decided again',
  mesh: 'Routes of events: lint, show, and what could not be delivered',
  policy: 'Rules in the language Cedar: lint, test, explain, show, diff, apply',
  routing: 'Which provider makes a vector: show, lint, preview, apply',
  trust: 'How far subjects and capsules are trusted, and why',
  hold: 'Place, lift and list legal holds',
  subject: 'Who there is: people, agents and services',
  token: 'What agents and people come in with: create, list, revoke',
}
