interface FieldDeclaration {
  readonly type: "string" | "number";
  /** For the documentation. */
  readonly about: string;
}

/**
 * The fields that a line can have besides time, level, logger and message. Operators search for them: their names and types
 * stay, new ones may come.
 */
export const LOG_FIELDS = {
  executionId: { type: "string", about: "the execution that the line is about" },
  sessionId: { type: "string", about: "its session, if it has one" },
  threadId: { type: "string", about: "the thread that it began with; in JSON only" },
  workflowId: { type: "string", about: "its workflow in Temporal; in JSON only" },
  runId: { type: "string", about: "the run of that workflow; in JSON only" },
  activityId: { type: "string", about: "the activity in that run; in JSON only" },
  traceId: { type: "string", about: "its trace, if traces are on" },
  server: { type: "string", about: "the name of an MCP server, on the lines about it" },
  sandboxId: { type: "string", about: "an orphaned sandbox that was found or deleted" },
  reason: { type: "string", about: "why a sandbox is an orphan" },
  requestId: { type: "string", about: "a request to the admin server; the answer has it too" },
  status: { type: "number", about: "the HTTP status of the answer to that request" },
  taskQueue: { type: "string", about: "on lines of Temporal's SDK: the queue of a worker" },
  activityType: { type: "string", about: "on lines of Temporal's SDK: the name of an activity" },
  state: { type: "string", about: "on lines of Temporal's SDK: the state that a worker reached" },
} as const satisfies Readonly<Record<string, FieldDeclaration>>;

interface Types {
  readonly string: string;
  readonly number: number;
}

/** Structured values of a line. */
export type LogFields = {
  readonly [Name in keyof typeof LOG_FIELDS]?: Types[(typeof LOG_FIELDS)[Name]["type"]] | undefined;
};
