/** Where a value came from. */
export type Origin =
  | { readonly from: "default" }
  | { readonly from: "environment"; readonly name: string }
  | { readonly from: "command"; readonly name: string }
  | { readonly from: "file"; readonly name: string; readonly file: string };

/** A value that was set, with its origin. */
export interface SetValue {
  readonly value: string;
  readonly origin: Exclude<Origin, { from: "default" }>;
  /** What a command would use instead, if that is not the default of the setting. */
  readonly fallback?: string | undefined;
}

/** The name that was used, since that is the one to correct, and the file in which it is set. */
export function nameAndPlace(name: string, { origin }: SetValue): string {
  const used = origin.name === name ? name : `${origin.name} (alias of ${name})`;
  return origin.from === "file" ? `${used} in ${origin.file}` : used;
}
