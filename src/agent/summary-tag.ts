/** On calls of a model that are no turn of the agent: the library keeps what they say out of the stream. */
export const SUMMARY_TAG = "nostream";
