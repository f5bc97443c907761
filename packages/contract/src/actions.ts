/**
 * Everything that can be done, by name: the word a decision, a policy and an audit record use. A route, a command and a
 * job each declare one.
 */
export const ACTIONS = {
  'capsule.create': 'Add a capsule, or a fork or merge of others',
  'capsule.read': 'Read a capsule, its versions, history, lineage and trust',
  'capsule.search': 'Search capsules and ask questions',
  'capsule.update': 'Add a version to a capsule',
  'capsule.archive': 'Take a capsule out of search and lists',
  'capsule.restore': 'Bring an archived capsule back',
  'capsule.share': 'Share a capsule, or what is in a scope, with others, and revoke that',
  'capsule.accept': 'Accept the terms of a capsule that is for sale',
  'capsule.link': 'Connect or disconnect two capsules',
  'capsule.trust': 'Change the trust of a capsule, quarantine or release it',
  'capsule.export': 'Take everything out: all capsules with their history, links and trust',
  'capsule.erase': 'Erase a capsule, or everything of a subject, for good',
  'capsule.bulk': 'Preview a change of many capsules, and ask for it; it is decided by its own action',
  'capsule.offload': 'Move capsules out of the store into segments of an archive, and look after these',
  'capsule.reload': 'Bring capsules back from segments of an archive',
  'capsule.hold': 'Place and lift legal holds',
  'import.run': 'Read a folder, a repository or a file into the store',
  'import.read': 'See imports and their progress',
  'agent.connect': 'Speak to the instance over MCP; each tool is decided by its own action',
  'system.read': 'See health, configuration and statistics',
  'system.probe': 'Try a write, a search and an answer in a place of their own',
  'system.repair': 'Make anew what the store derives from its rows, where it is damaged',
  'system.backup': 'Write a backup of the store',
  'system.handover': 'Take the data folder over from a process that holds it for an agent',
  'system.restore': 'Go on from an earlier state of the store, with a log of its own',
  'system.maintain':
    'Background care of the store: links by similarity, raised trust, vectors of another model, expired records',
  'system.embed': 'Change the model of the vectors: begin, pause, resume or cancel',
  'ledger.read': 'Read the log, what was signed of it, its proofs and the audit trail',
  'ledger.sign': 'Begin the log that is signed, and change the keys that sign it and cosign for other logs',
  'ledger.rotate': 'Give the log a new key to be signed with',
  'ledger.submit': 'Have witnesses cosign what was signed of the log',
  'artifact.verify': 'Verify a file or folder from elsewhere, run its tests where asked, and record what was found',
  'artifact.read': 'See what a verification of an artifact came to',
  'witness.cosign': 'Cosign a checkpoint of another log, which that log has signed',
  'evidence.export': 'Take entries of the log out, with their proofs, signed by the log, and open the digests in them',
  'subject.create': 'Register a person, an agent or a service by name',
} as const satisfies Record<string, string>

export type Action = keyof typeof ACTIONS
