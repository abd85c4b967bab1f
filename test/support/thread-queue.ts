/** A thread queue with two replicas, for the tests of a file. */
import { afterAll, beforeAll, beforeEach } from "bun:test";
import { monotonicFactory } from "ulid";
import type { Logger } from "../../src/log/index.ts";
import type { IsWorkflowOpen, ThreadStore } from "../../src/threads/index.ts";
import { collectedLog } from "./collected-log.ts";
import type { QueueSubject } from "./queue-subjects.ts";

export const never = new AbortController().signal;
const nextUlid = monotonicFactory();
const nextOldUlid = monotonicFactory();
/** Ids of executions, in the order of their creation. */
export const executions = (count: number) => Array.from({ length: count }, () => `aex-${nextUlid().toLowerCase()}`);
/** Long before now, so that no earlier execution can be on its way. */
export const old = (count: number) =>
  Array.from({ length: count }, () => `aex-${nextOldUlid(Date.now() - 3_600_000).toLowerCase()}`);

export interface ThreadQueue {
  readonly subject: QueueSubject;
  /** Two replicas. */
  readonly stores: readonly [ThreadStore, ThreadStore];
  storeOf(index: number): ThreadStore;
  /** One of the running test. */
  readonly thread: string;
  readonly log: Logger;
  /** What the running test has logged. */
  readonly lines: string[];
  /** What Temporal says of workflows. */
  readonly workflows: Map<string, boolean>;
  readonly isWorkflowOpen: IsWorkflowOpen;
  /** The workflows that Temporal was asked for in the running test. */
  readonly asked: string[];
}

/** One for all tests of a file, each with a thread of its own. Call it outside of tests. */
export function threadQueue(openSubject: () => Promise<QueueSubject>): ThreadQueue {
  let subject: QueueSubject;
  let stores: readonly [ThreadStore, ThreadStore];
  let thread: string;
  const { log, lines } = collectedLog();
  const workflows = new Map<string, boolean>();
  const asked: string[] = [];
  const isWorkflowOpen = async (id: string) => {
    asked.push(id);
    return workflows.get(id);
  };
  beforeAll(async () => {
    subject = await openSubject();
    stores = [await subject.open(log, isWorkflowOpen), await subject.open(log, isWorkflowOpen)];
  });
  afterAll(() => subject[Symbol.asyncDispose]());
  beforeEach(() => {
    thread = `thread-ses-${crypto.randomUUID()}`;
    lines.length = 0;
    asked.length = 0;
  });
  return {
    log,
    lines,
    workflows,
    isWorkflowOpen,
    asked,
    get subject() {
      return subject;
    },
    get stores() {
      return stores;
    },
    get thread() {
      return thread;
    },
    storeOf: (index) => stores[index % 2 === 0 ? 0 : 1],
  };
}
