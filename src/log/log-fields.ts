/** Structured values of a record: ids, counts, durations in ms. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>> & {
  readonly [reserved in "level" | "time" | "logger" | "message"]?: undefined;
};
