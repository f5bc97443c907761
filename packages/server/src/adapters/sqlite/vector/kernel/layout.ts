/**
 * Where things lie in the shared memory of a vector space, read by the host and by the kernel's compiler alike: plain
 * constants without types are TypeScript and AssemblyScript at once. Bytes, little-endian.
 *
 *     page 0 header · READERS_MAX + 1 scratch areas · segments, each an array per column
 */
export const PAGE_BYTES = 65536

// The header's 32-bit words.
export const MAGIC_WORD = 0
export const DIMENSIONS_WORD = 1
/** Number of the highest slot ever used, plus one. */
export const SLOTS_WORD = 2
/** From this word on, one word a scratch area: 1 while a search is using it. */
export const BUSY_WORD = 16

/** From this word on, DESK_WORDS words a scratch area: where its scan is shared with other readers. */
export const DESKS_WORD = 256
export const DESK_WORDS = 16

/** In the header's page: the embedding that is being put, as float32 numbers padded with zeros. */
export const VECTOR = 16384

/** A row's code has levels of so much to both sides of 0. */
export const ROW_LEVELS = 127

/** Says that the memory is a vector space of this layout; changes with the layout. */
export const MAGIC = 0x46435604
/** Searches of one thread that go over the codes together. */
export const TOGETHER_MAX = 8
/** Threads that search. */
export const THREADS_MAX = 16
/** Readers of a space: each thread has one that searches alone, and one for each search that goes with others. */
export const READERS_MAX = THREADS_MAX * (1 + TOGETHER_MAX)
export const SCRATCH_PAGES = 2
export const SEGMENTS_PAGE = 1 + (READERS_MAX + 1) * SCRATCH_PAGES

/** Slots in a segment; every column of a segment is one array of this length. */
export const SEGMENT_SLOTS = 16384
/** Tags a slot holds; a capsule with more is decided from its row. */
export const SLOT_TAGS = 8

// Columns, as offsets from the start of a segment. Codes come last: their width depends on the dimensions.
export const STATUS = 0
export const TRUST = STATUS + SEGMENT_SLOTS
export const TYPE = TRUST + SEGMENT_SLOTS
// One byte a slot is free here, so that the columns of words begin on a word.
export const OWNER = TYPE + 2 * SEGMENT_SLOTS
export const IDENTITY = OWNER + 4 * SEGMENT_SLOTS
export const LANE = IDENTITY + 4 * SEGMENT_SLOTS
export const FOLD = LANE + 4 * SEGMENT_SLOTS
export const SIGNATURE = FOLD + 4 * SEGMENT_SLOTS
export const TAGS = SIGNATURE + 4 * SEGMENT_SLOTS
/** What relates a slot's code to its vector, 16 bytes a slot, so that a scattered slot costs one cache line for it. */
export const RECORDS = TAGS + 4 * SLOT_TAGS * SEGMENT_SLOTS
export const RECORD_BYTES = 16
export const CODES = RECORDS + RECORD_BYTES * SEGMENT_SLOTS

// A record; four bytes are free.
/** The unit vector is `scale * code` and a rest (f32). */
export const SCALE = 0
/** Sum of the code's numbers (i32); takes the query's shift out of an inner product. */
export const SUM = 4
/** Not below the rest's length (f32): an inner product with a unit vector is off by at most this. */
export const ERROR = 8

// One reader's scratch, as offsets from its start: the filter, the query, bitmaps of one segment, the candidates.
export const FLAGS = 0
export const TRUST_MIN = 4
export const OWNER_WANTED = 8
export const IDENTITY_WANTED = 12
export const LANE_WANTED = 16
export const FOLD_WANTED = 20
export const SIGNATURE_WANTED = 24
export const TAG_COUNT = 28
export const STATUS_SET = 32
export const TYPE_SET = 48
export const TAGS_WANTED = 64
export const QUERY_COARSE_8 = 1024
export const QUERY_FINE_8 = 5120
export const QUERY_COARSE_16 = 9216
export const QUERY_FINE_16 = 17408
export const BITMAP = 25600
export const UNDECIDED = 27648
// Read by the kernel alone: a byte of each cache line of the slots that are looked at together, and ones.
/** @public */
export const TOUCHED = 29760
/** @public */
export const ONES = 29776
export const CANDIDATES = 32768
/** Bytes of a candidate: score f32, slot u32, reach f32. */
export const CANDIDATE_BYTES = 12
/** As many as fit between CANDIDATES and the end of the scratch. */
export const LIMIT_MAX = 8192

// Bits of FLAGS: which columns the filter looks at. The status is always looked at, since 0 means an empty slot.
export const BY_TRUST = 1
export const BY_TYPE = 2
export const BY_OWNER = 4
export const BY_IDENTITY = 8
export const BY_LANE = 16
export const BY_FOLD = 32
export const BY_TAGS = 64

/** In the first tag of a slot: there are more tags than the slot holds, or they are being rewritten. */
export const TAGS_OVERFLOW = 0xffffffff
