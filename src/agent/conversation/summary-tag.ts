/** Tags calls of the model that are not turns of the agent: the library keeps their text out of the stream. */
export const SUMMARY_TAG = "nostream";
