const ADAPTERS = 'packages/server/src/adapters'
const CAPSULES = 'packages/server/src/domain/capsules'
const EDGE = 'packages/server/src/edge'
const SERVER = 'packages/server/src'

const at = (folder: string, ...constants: readonly string[]): readonly string[] =>
  constants.map((constant) => `${folder}/${constant}`)

interface Group {
  /** Why nobody outside is refused, left out or cut off by them. */
  readonly reason: string
  readonly constants: readonly string[]
}

/** Constants named like limits that have no row on the page of limits. */
export const NO_LIMITS: readonly Group[] = [
  {
    reason: 'divides work into parts, or between threads; all of it is done',
    constants: [
      ...at(SERVER, 'domain/governance/decision-row.ts GROUP_MAX', 'domain/governance/decision-outcomes.ts OPEN_MAX'),
      ...at(ADAPTERS, 'documents/worker-document-reader.ts INLINE_CHARACTERS_MAX'),
      ...at(
        ADAPTERS,
        'models/openai-options.ts OPENAI_LIMITS.batchMax',
        'models/worker-embedder.ts INLINE_CHARACTERS_MAX',
      ),
      ...at(ADAPTERS, 'models/worker-embedder.ts REQUESTS_IN_FLIGHT_MAX', 'sources/cascade-bonds.ts GROUP_MAX'),
      ...at(ADAPTERS, 'sources/chat-reader.ts BATCH_ITEMS_MAX', 'sources/chat-reader.ts BATCH_CHARACTERS_MAX'),
      ...at(ADAPTERS, 'sources/chat-source.ts INLINE_BYTES_MAX', 'sources/git-renames.ts PATHS_MAX'),
      ...at(ADAPTERS, 'sqlite/group-commit.ts INTERACTIVE_COMMANDS_MAX', 'sqlite/group-commit.ts BATCH_CHARACTERS_MAX'),
      ...at(ADAPTERS, 'sqlite/lineage-edges.ts SEEDS_MAX', 'sqlite/lineage-edges.ts AHEAD_MAX'),
      ...at(ADAPTERS, 'vault/sealed-chunk.ts CHUNK_BYTES_MAX'),
      ...at(ADAPTERS, 'sqlite/lexical/build-segment.ts CHANGES_PER_SEGMENT_MAX'),
      ...at(ADAPTERS, 'sqlite/lexical/term-page.ts PAGE_TERMS_MAX', 'sqlite/lexical/index-builder.ts HANDED_BYTES_MAX'),
      ...at(ADAPTERS, 'sqlite/lexical/plan-work.ts BUSY.segmentDocumentsMax'),
      ...at(ADAPTERS, 'sqlite/vector/scan-desk.ts HELPERS_MAX', 'sqlite/vector/scan-desk.ts JOBS_MAX'),
      ...at(ADAPTERS, 'sqlite/vector/kernel/layout.ts TOGETHER_MAX'),
      ...at(CAPSULES, 'keeping/carry-out-erasure.ts COMMANDS_MAX'),
      ...at(CAPSULES, 'archive/move-away.ts SEGMENT_BYTES_MAX', 'archive/move-away.ts SEGMENT_CAPSULES_MAX'),
      ...at(SERVER, 'platform/archive/manifest.ts SEGMENT_UNITS_MAX'),
      ...at(CAPSULES, 'import/import-runner.ts BATCH_ITEMS_MAX', 'import/import-runner.ts BATCH_CHARACTERS_MAX'),
      ...at(CAPSULES, 'embedding-spaces.ts UNEMBEDDED_CHARACTERS_MAX', 'embedding-spaces.ts DROPPED_VERSIONS_MAX'),
      ...at(CAPSULES, 'model-change/space-filler.ts BATCH_MAX', 'model-change/model-change.ts SWITCHES_MAX'),
      ...at(EDGE, 'jobs/re-embedding.ts REST_MS_MAX'),
      ...at(CAPSULES, 'text/chunk.ts wordsMax', 'text/sentences.ts STRETCH_MAX'),
      ...at(EDGE, 'http/line-groups.ts LINES_AHEAD_MAX', 'cli/folder-changes.ts DEFAULTS.heldMsMax'),
      ...at(SERVER, 'platform/store/unit-of-work.ts COMMANDS_PER_APPEND_MAX'),
      ...at(
        SERVER,
        'domain/events/event-feed.ts RECORDS_PER_PAGE_MAX',
        'edge/http/event-streams.ts STREAM_LIMITS.batchMax',
      ),
    ],
  },
  {
    reason: 'remembers what can be found out anew',
    constants: [
      ...at(SERVER, 'compose-governance.ts OWNERS_KEPT_MAX', 'domain/governance/governance-gate.ts STANDING_MAX'),
      ...at(ADAPTERS, 'sources/git-renames.ts FOUND_MAX', 'sqlite/database.ts STATEMENTS_MAX'),
      ...at(
        ADAPTERS,
        'sqlite/lineage-known.ts KNOWN_LIMITS.rowsMax',
        'sqlite/lineage-known.ts KNOWN_LIMITS.capsulesMax',
      ),
      ...at(ADAPTERS, 'sqlite/lineage-known.ts KNOWN_LIMITS.charsMax'),
      ...at(ADAPTERS, 'sqlite/lineage-known.ts KNOWN_LIMITS.newVersionsMax'),
      ...at(ADAPTERS, 'sqlite/lexical/lexicon.ts GENERATION_MAX', 'sqlite/lexical/lexical-index.ts POSTINGS_BYTES_MAX'),
      ...at(ADAPTERS, 'sqlite/lexical/word-table.ts WORDS_MAX', 'sqlite/lexical/word-table.ts NUMBERS_MAX'),
      ...at(ADAPTERS, 'sqlite/lexical/word-table.ts WORD_LENGTH_MAX', 'sqlite/lexical/word-table.ts STEPS_MAX'),
      ...at(ADAPTERS, 'sqlite/term-streams.ts NUMBERS_MAX', 'sqlite/term-streams.ts SPELLINGS_MAX'),
      ...at(ADAPTERS, 'sqlite/names.ts CACHED_MAX', 'sqlite/slot-rows.ts TAG_LISTS_MAX'),
      ...at(ADAPTERS, 'models/static/word-pieces.ts KNOWN_WORDS_MAX', 'models/static/word-vectors.ts KNOWN_WORDS_MAX'),
      ...at(CAPSULES, 'embedding/embedding-cache.ts BYTES_MAX', 'import/document-state.ts DOCUMENTS_MAX'),
      ...at(CAPSULES, 'import/file-book.ts LINES_REMEMBERED_MAX', 'text/terms.ts MEMORY_WORDS_MAX'),
      ...at(CAPSULES, 'access/opened.ts KEPT_ROWS_MAX'),
      ...at(
        SERVER,
        'domain/identity/subjects.ts KEPT_MAX',
        'domain/identity/access-tokens.ts KEPT_MAX',
        'edge/http/rate-limiter.ts BUCKETS_MAX',
      ),
      ...at(SERVER, 'platform/policy/read-request.ts KNOWN_TYPES_MAX'),
      ...at(SERVER, 'domain/governance/guardian/history.ts HISTORY_SUBJECTS_MAX'),
      ...at(SERVER, 'domain/governance/guardian/drift/memory-drift.ts DRIFT_SUBJECTS_MAX'),
      ...at(SERVER, 'domain/governance/guardian/drift/affect-deltas.ts AFFECT_SUBJECTS_MAX'),
      ...at(SERVER, 'edge/jobs/drift-watch.ts LEAVES_LEARNED_MAX'),
    ],
  },
  {
    reason: 'shortens a label beside the text, which is kept as a whole',
    constants: [
      ...at(ADAPTERS, 'documents/convert/limits.ts CONVERSION_LIMITS.labelLengthMax'),
      ...at(ADAPTERS, 'sources/chat-conversation.ts CONVERSATION_ID_LENGTH_MAX'),
      ...at(ADAPTERS, 'sources/chat-conversation.ts SPEAKER_LENGTH_MAX'),
      ...at(ADAPTERS, 'sources/claude-conversation.ts ATTACHMENTS_NAMED_MAX'),
      ...at(ADAPTERS, 'sources/claude-conversation.ts NAME_LENGTH_MAX'),
      ...at(CAPSULES, 'export/file-names.ts TITLE_LENGTH_MAX', 'export/file-names.ts FOLDER_LENGTH_MAX'),
      ...at(CAPSULES, 'export/file-names.ts FOLDERS_MAX', 'import/import-records.ts PATH_KEY_LENGTH_MAX'),
      ...at(CAPSULES, 'import/plan-document.ts AUTHOR_LENGTH_MAX', 'text/section.ts LABEL_CHARS_MAX'),
      ...at(EDGE, 'mcp/client-name.ts NAME_LENGTH_MAX'),
      ...at(SERVER, 'platform/observability/metrics.ts LABEL_LENGTH_MAX'),
    ],
  },
  {
    reason: 'shortens what is shown, said or logged; what it is about stays whole',
    constants: [
      ...at(ADAPTERS, 'sources/cascade-files.ts FILES_NAMED_MAX', 'sources/git-process.ts STDERR_CHARACTERS_MAX'),
      ...at(CAPSULES, 'import/import-writer.ts FAILURES_NOTED_MAX', 'text/front-matter.ts PROBLEM_CHARS_MAX'),
      ...at(
        EDGE,
        'cli/bulk-run.ts NAMED_MAX',
        'cli/import-files.ts FILES_MAX',
        'cli/render/import-lines.ts NAMED_MAX',
        'cli/render/import-lines.ts NAME_COLUMNS_MAX',
        'cli/render/view.ts WIDTH_MAX',
      ),
      ...at(ADAPTERS, 'sources/passed-over.ts NAMED_MAX', 'sources/passed-over.ts NOTES_MAX'),
      ...at(EDGE, 'cli/render/lineage-lines.ts DRAWN_MAX', 'cli/render/lineage-lines.ts DRAWN_DEPTH_MAX'),
      ...at(
        EDGE,
        'cli/render/snippet.ts LINES_MAX',
        'cli/render/snippet.ts SCANNED_MAX',
        'cli/render/snippet.ts WORDS_MAX',
      ),
      ...at('contract', 'BULK_LIMITS.sampleMax').map((one) => one.replace('/', ' ')),
      ...at(EDGE, 'mcp/tool-error.ts FIELDS_SHOWN_MAX'),
      ...at(CAPSULES, 'archive/archives.ts HOLDS_TOLD_MAX'),
      ...at(EDGE, 'http/json-text.ts MESSAGE_LENGTH_MAX'),
      ...at(SERVER, 'kernel/config/issue-words.ts VALUE_LENGTH_MAX'),
      ...at(EDGE, 'http/json-text.ts POINTER_LENGTH_MAX', 'http/problem.ts INSTANCE_LENGTH_MAX'),
      ...at(EDGE, 'validate.ts FIELD_PROBLEMS_MAX', 'validate.ts TEXT_LENGTH_MAX'),
      ...at(EDGE, 'http/pages/markdown-view.ts MARKDOWN_CHARS_MAX', 'http/pages/schema-view.ts DEPTH_MAX'),
      ...at(EDGE, 'http/pages/evidence-report.ts ROWS_MAX', 'http/pages/evidence-timeline.ts LANES_MAX'),
      ...at(EDGE, 'http/present/isnad.ts VERSIONS_SHOWN_MAX', 'http/present/isnad.ts CHAIN_SHOWN_MAX'),
      ...at(
        SERVER,
        'kernel/config/config-problem.ts SHOWN_CHARACTERS_MAX',
        'kernel/config/config-problem.ts PROBLEMS_MAX',
      ),
      ...at(SERVER, 'platform/observability/redact.ts LOG_VALUE_LIMITS.depthMax'),
      ...at(SERVER, 'platform/observability/redact.ts LOG_VALUE_LIMITS.membersMax'),
      ...at(SERVER, 'platform/observability/redact.ts LOG_VALUE_LIMITS.textMax'),
      ...at(SERVER, 'platform/verification/verify-artifact.ts DETAIL_CHARACTERS_MAX'),
    ],
  },
  {
    reason: 'looks beside the work at a part of what is done: what is beyond is done all the same',
    constants: [
      ...at(
        SERVER,
        'domain/governance/shadow-check.ts SHADOWED_MAX',
        'adapters/policies/cedar-shadow.ts SHADOW_MS_MAX',
      ),
      ...at(SERVER, 'domain/governance/trust-engine/trust-feed.ts COUNTED_MAX'),
      ...at(SERVER, 'domain/governance/trust-engine/trust-feed.ts WAITING_MAX'),
    ],
  },
  {
    reason: 'a measure by which something is recognised, likened, ranked or found suspicious',
    constants: [
      ...at(
        ADAPTERS,
        'documents/convert/html-table.ts SPAN_MAX',
        'documents/convert/limits.ts CONVERSION_LIMITS.spanMax',
      ),
      ...at(ADAPTERS, 'documents/convert/docx-styles.ts BASES_MAX', 'documents/convert/docx-styles.ts DEPTH_MAX'),
      ...at(ADAPTERS, 'documents/convert/inline-text.ts MARKS_MAX', 'documents/convert/odf-styles.ts PARENTS_MAX'),
      ...at(ADAPTERS, 'documents/convert/pdf-lines.ts SHIFT_MAX', 'documents/convert/pdf-lines.ts LEADING_MAX'),
      ...at(
        ADAPTERS,
        'documents/convert/pdf-lines.ts HEADING.lengthMax',
        'documents/convert/pdf-lines.ts HEADING.levelsMax',
      ),
      ...at(ADAPTERS, 'documents/convert/pptx-to-markdown.ts DEPTH_MAX', 'memory/candidates.ts GRAPH_SEEDS_MAX'),
      ...at(ADAPTERS, 'models/static/word-pieces.ts WORD_CHARACTERS_MAX'),
      ...at(ADAPTERS, 'sources/cascade-files.ts UNFINISHED_BYTES_MAX', 'sources/file-text.ts LFS_POINTER_BYTES_MAX'),
      ...at(ADAPTERS, 'sources/json-elements.ts NAME_BYTES_MAX', 'sources/transcript-header.ts SPEAKER_LENGTH_MAX'),
      ...at(ADAPTERS, 'sources/transcript-header.ts NAME_WORDS_MAX', 'sqlite/band-index.ts CHAIN_STEPS_MAX'),
      ...at(ADAPTERS, 'sqlite/graph-signal.ts SEEDS_MAX', 'sqlite/graph-signal.ts FAN_OUT_MAX'),
      ...at(ADAPTERS, 'sqlite/near-duplicates.ts CANDIDATES_PER_BAND_MAX'),
      ...at(ADAPTERS, 'sqlite/standings.ts SPEAKER_ROWS_MAX', 'sqlite/standings.ts SAME_NAME_MAX'),
      ...at(CAPSULES, 'capsule-store.ts SPEAKERS_MAX', 'search/dates.ts DATES_MAX', 'search/question.ts NAMES_MAX'),
      ...at(CAPSULES, 'search/fuse.ts NEAR_WORDS_MAX', 'search/soft-match.ts TERMS_MAX'),
      ...at(CAPSULES, 'search/pool.ts THREADS_MAX', 'search/pool.ts POOL_TERMS_MAX'),
      ...at(CAPSULES, 'text/code-sections.ts DECLARATION_CHARS_MAX', 'text/sentences.ts MARKER_LENGTH_MAX'),
      ...at(CAPSULES, 'text/index-terms.ts GAP_MAX'),
      ...at(CAPSULES, 'text/terms.ts TERM_LENGTH_MAX', 'text/terms.ts IDENTIFIER_LENGTH_MAX'),
      ...at(CAPSULES, 'use-cases/link-similar.ts NEIGHBOURS_MAX'),
      ...at(EDGE, 'cli/doctor/clock-checks.ts AHEAD_MS_MAX', 'cli/doctor/embedding-check.ts ANSWER_MS_MAX'),
      ...at(EDGE, 'cli/doctor/folder-checks.ts WAL_BYTES_MAX', 'http/answer-problem.ts UNREAD_BYTES_MAX'),
      ...at(SERVER, 'kernel/config/did-you-mean.ts NAME_LENGTH_MAX'),
    ],
  },
  {
    reason: 'bounds one look; the next one goes on, and a name or an id leads to the rest',
    constants: [
      ...at(SERVER, 'edge/http/handlers/governance.ts LOOKED_AT_MAX'),
      ...at(SERVER, 'domain/governance/trust-engine/trust-engine.ts TRUST_HISTORY_MAX'),
      ...at(SERVER, 'domain/governance/trust-engine/trust-engine.ts LEAVES_MAX'),
      ...at(ADAPTERS, 'sources/temp-area.ts SWEPT_MAX', 'sqlite/doctor.ts LEAVES_OF_CAPSULE_MAX'),
      ...at(CAPSULES, 'import/import-files.ts ROWS_LOOKED_AT_MAX', 'import/imports.ts JOBS_SEEN_MAX'),
      ...at(EDGE, 'mcp/read-resource.ts RESOURCES_LISTED_MAX'),
      ...at(CAPSULES, 'import/remove-import.ts RUNS_MARKED_MAX', 'keeping/purge-records.ts JOBS_MAX'),
      ...at(CAPSULES, 'keeping/erasures.ts ERASURES_SEEN_MAX', 'keeping/erasure-ids.ts RUNNING_MAX'),
      ...at(CAPSULES, 'use-cases/tombstone.ts NEIGHBOURS_MAX', 'access/seen-lineage.ts LINEAGE_LOOKED_AT_MAX'),
      ...at(EDGE, 'cli/commands/import.ts LABEL_PAGES_MAX', 'cli/doctor/port-check.ts PROCESSES_MAX'),
    ],
  },
  {
    reason: 'how long or how often the program itself waits or tries before it goes another way',
    constants: [
      ...at(EDGE, 'cli/commands/start.ts WAIT_MS_MAX', 'cli/connect.ts WAIT_MS_MAX', 'cli/connect.ts LIVE_MS_MAX'),
      ...at(ADAPTERS, 'sqlite/shipping/shipper.ts STOP_MS_MAX'),
      ...at(
        EDGE,
        'cli/import-run.ts LOOK_MS_MAX',
        'cli/import-run.ts RESTARTS_MAX',
        'cli/import-watch.ts RETRY_MS_MAX',
      ),
      ...at(EDGE, 'cli/commands/start.ts GIVEN_MS_MAX'),
      ...at(EDGE, 'cli/command-context.ts SUCCESSOR_MS_MAX', 'cli/session.ts LEAVING_MS_MAX'),
      ...at(ADAPTERS, 'sqlite/sqlite-store.ts SCRUB_WAITS_MAX'),
      ...at(CAPSULES, 'keeping/erasures.ts BEGINS_MAX'),
      ...at(EDGE, 'cli/session.ts RECONNECTS_MAX', 'cli/folder-changes.ts FOLDERS_MAX'),
    ],
  },
  {
    reason: 'a limit with a row comes first: nothing gets as far as this',
    constants: [
      ...at('contract', 'JSON_LEVELS_MAX').map((one) => one.replace('/', ' ')),
      ...at(ADAPTERS, 'documents/convert/limits.ts CONVERSION_LIMITS.columnsMax'),
      ...at(ADAPTERS, 'documents/worker-document-reader.ts HEAP_MIB_MAX', 'models/worker-embedder.ts HEAP_MIB_MAX'),
      ...at(ADAPTERS, 'memory/vectors.ts DIMENSIONS_MAX', 'sqlite/vector/embedding-code.ts DIMENSIONS_MAX'),
      ...at(ADAPTERS, 'sources/chat-source.ts HEAP_MIB_MAX', 'sources/folder-source.ts FILE_BYTES_MAX'),
      ...at(ADAPTERS, 'sources/git-process.ts OUTPUT_BYTES_MAX', 'sqlite/lineage-edges.ts BY_PARENT.rowsMax'),
      ...at(ADAPTERS, 'sqlite/vector/kernel/layout.ts READERS_MAX', 'sqlite/vector/kernel/layout.ts LIMIT_MAX'),
      ...at(ADAPTERS, 'sqlite/vector/kernel/layout.ts THREADS_MAX'),
      ...at(ADAPTERS, 'sqlite/vector/slot-filter.ts FILTER_TAGS_MAX'),
      ...at(SERVER, 'base/canonical-json.ts DEPTH_MAX', 'domain/identity/subject-name.ts SUBJECT_NAME_LENGTH_MAX'),
      ...at(CAPSULES, 'capsule-store.ts CANDIDATES_PER_SIGNAL_MAX', 'text/chunk.ts MARKDOWN_CHARS_MAX'),
      ...at(CAPSULES, 'text/field-diff.ts DEPTH_MAX'),
      ...at(SERVER, 'platform/ledger/leaf.ts LEAF_BYTES_MAX', 'platform/store/records.ts RECORD_VALUE_BYTES_MAX'),
      ...at(SERVER, 'platform/store/records.ts RECORD_KEY_LENGTH_MAX'),
    ],
  },
  {
    reason: 'part of a limit with a row, which tells of it',
    constants: [
      ...at(
        CAPSULES,
        'ask/places.ts PLACES_MAX',
        'text/shortest-edit.ts STEPS_MAX',
        'keeping/erasures.ts IDS_SHOWN_MAX',
      ),
    ],
  },
  {
    reason: 'a number of parts of the program; more would be a fault of its own',
    constants: [
      ...at(SERVER, 'kernel/boot/boot-chunk.ts CHUNKS_MAX', 'kernel/boot/health.ts CHECKS_MAX'),
      ...at(SERVER, 'platform/observability/metrics.ts SOURCES_MAX'),
    ],
  },
  {
    reason: 'the length of a text of the configuration, which the start names when it is too long',
    constants: [
      ...at(SERVER, 'kernel/config/ledger-schema.ts KEYS_LENGTH_MAX', 'kernel/config/witness-text.ts NAME_BYTES_MAX'),
    ],
  },
  {
    reason:
      'the shape of a file that the operator writes, which is wrong as a whole where it has more, or the pace of a route',
    constants: [
      ...at(
        SERVER,
        ...['routesMax', 'patternsMax', 'sinksMax', 'attemptsMax'].map(
          (name) => `platform/mesh/mesh-form.ts MESH_FILE_LIMITS.${name}`,
        ),
      ),
      ...at(SERVER, 'platform/mesh/event-filter.ts FILTER_LEVELS_MAX'),
      ...at(
        SERVER,
        'platform/mesh/event-filter.ts FILTER_CONDITIONS_MAX',
        'platform/mesh/dead-letters.ts LETTERS_PER_CALL_MAX',
      ),
      ...at(SERVER, 'platform/mesh/lane.ts LANE_CONCURRENCY_MAX', 'platform/mesh/lane.ts PASSED_OVER_MAX'),
      ...at(SERVER, 'adapters/webhooks/post-guarded.ts ANSWER_BYTES_MAX', 'adapters/webhooks/webhook-sink.ts keysMax'),
      ...at(
        SERVER,
        'adapters/webhooks/webhook-keys.ts SECRET_BYTES_MAX',
        'adapters/webhooks/webhook-sink.ts RETRY_AFTER_MAX_MS',
      ),
      ...at(SERVER, 'platform/mesh/lane.ts SLOW_DOWN_MS_MAX', 'platform/mesh/lane.ts LETTERS_MAX'),
      ...at(SERVER, 'platform/mesh/mesh-rows.ts DEAD_REASON_LENGTH_MAX', 'edge/jobs/event-mesh.ts PROBLEM_LENGTH_MAX'),
      ...at(SERVER, 'compose-mesh.ts OPEN_MAX'),
    ],
  },
  {
    reason: 'the width of a field of a format, or the end of what a calendar or a number can say',
    constants: [
      ...at(ADAPTERS, 'sqlite/shipping/newest-leaf.ts DEPTH_MAX', 'sqlite/shipping/newest-leaf.ts VARINT_BYTES_MAX'),
      ...at(ADAPTERS, 'sqlite/shipping/segment.ts SEGMENT_HEAD_BYTES_MAX'),
      ...at(ADAPTERS, 'vault/sealed-chunk.ts SEALED_CHUNK_BYTES_MAX', 'vault/sealed-header.ts HEADER_BYTES_MAX'),
      ...at(ADAPTERS, 'documents/convert/xlsx-cells.ts DAYS_MAX', 'sqlite/page-sweep.ts FREEBLOCKS_MAX'),
      ...at(ADAPTERS, 'sources/chat-value.ts TIME_MAX', 'sqlite/lineage-edges.ts KEY_MAX'),
      ...at(ADAPTERS, 'sqlite/vector/slot-filter.ts ID_MAX', 'sqlite/vector/slot-filter.ts VALUE_MAX'),
      ...at(ADAPTERS, 'sqlite/vector/slot-filter.ts TRUST_MAX', 'sqlite/lexical/segment-rows.ts PAGES_MAX'),
      ...at(
        SERVER,
        'platform/archive/manifest.ts MANIFEST_BYTES_MAX',
        'platform/archive/object-store.ts OBJECT_BYTES_MAX',
      ),
      ...at(
        SERVER,
        'platform/archive/object-store.ts OBJECTS_LISTED_MAX',
        'adapters/objects/bucket-objects.ts ANSWER_BYTES_MAX',
      ),
      ...at(SERVER, 'platform/archive/object-store.ts OBJECT_NAME_LENGTH_MAX'),
      ...at(SERVER, 'platform/archive/sealed-unit.ts UNIT_BYTES_MAX'),
      ...at(SERVER, 'base/clock.ts MOMENT_MAX', 'base/ids.ts MS_MAX', 'base/ids.ts COUNTER_MAX'),
    ],
  },
]
