/** Where a value came from. */
export type Origin =
  | { readonly from: "default" }
  | { readonly from: "environment"; readonly name: string }
  | { readonly from: "command"; readonly name: string }
  | { readonly from: "file"; readonly name: string; readonly file: string };

export interface Found {
  readonly value: string;
  readonly origin: Exclude<Origin, { from: "default" }>;
}
