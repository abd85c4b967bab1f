/** Directories inside each other: file tools could not delete a deeper tree. */
export const DEPTH_LIMIT = 64;

/** Different skills of one execution, those of its sub-agents included. */
export const MAX_SKILLS = 50;
/** The zips of one execution together. They are in memory while they are installed. */
export const MAX_TOTAL_BYTES = 200 * 1024 * 1024;
/** How many zips of one execution are fetched at a time. */
export const MAX_PARALLEL_FETCHES = 4;
/** How many executions of a runner fetch and install skills at a time: their zips are in memory meanwhile. */
export const MAX_PARALLEL_INSTALLATIONS = 2;

/** The zips in the cache together. Pods often have half a gigabyte for all their files. */
export const CACHE_LIMIT = 256 * 1024 * 1024;
