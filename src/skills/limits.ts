/** What Stigmer accepts of an uploaded skill. */
export const ZIP_LIMITS = {
  packedBytes: 100 * 1024 * 1024,
  unpackedBytes: 500 * 1024 * 1024,
  ratio: 100,
  entries: 10_000,
} as const;
export const SKILL_MD_LIMIT = 1024 * 1024;
/** Directories inside each other: file tools could not delete a deeper tree. */
export const DEPTH_LIMIT = 64;

/** Different skills of one execution, those of its sub-agents included. */
export const SKILL_LIMIT = 50;
/** The zips of one execution together. They are in memory while they are installed. */
export const TOTAL_LIMIT = 200 * 1024 * 1024;
/** How many zips of one execution are fetched at a time. */
export const FETCHES = 4;
/** How many executions of a runner fetch and install skills at a time: their zips are in memory meanwhile. */
export const INSTALLATIONS = 2;

/** The zips in the cache together. Pods often have half a gigabyte for all their files. */
export const CACHE_LIMIT = 256 * 1024 * 1024;
