/** How an execution ended. */
export type ExecutionOutcome =
  | { readonly phase: "completed" }
  | {
      readonly phase: "failed" | "cancelled";
      /** Why, and what to do; shown to the user. */
      readonly reason: string;
    };
