import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { pause, until } from "../../test/support/eventually.ts";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { silentLogger } from "../log/index.ts";
import { DatabaseHealth } from "../shared/database-health.ts";
import { openDatabase } from "../shared/open-database.ts";
import {
  type AgentExecution,
  AgentExecutionSchema,
  AgentExecutionUpdateStatusInputSchema,
  AgentSchema,
  ExecutionPhase,
} from "../stigmer/index.ts";
import { watchExecutions } from "./execution-watch.ts";
import { ExecutionService } from "./executions.ts";
import { LiveExecutions } from "./live-executions.ts";
import { kinds } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";

let folder: TemporaryFolder;
let database: Database;
let store: ResourceStore;
let live: LiveExecutions;
let book: ExecutionService;

beforeEach(async () => {
  folder = await temporaryFolder();
  const file = join(folder.path, "daemon.db");
  database = openDatabase(file);
  store = new ResourceStore(database);
  live = new LiveExecutions(store, silentLogger, new DatabaseHealth(file, database));
  book = new ExecutionService(store, async () => undefined, live);
});
afterEach(async () => {
  database.close();
  await folder[Symbol.asyncDispose]();
});

const idOf = ({ metadata }: AgentExecution) => metadata?.id ?? "";
const breakDisk = () => void database.run("PRAGMA query_only = ON");
const mendDisk = () => void database.run("PRAGMA query_only = OFF");

async function begin(): Promise<string> {
  const agent = kinds.agent.apply(store, create(AgentSchema, { metadata: { name: "helper" } }));
  const spec = { agentId: agent.metadata?.id ?? "", message: "Hello" };
  return idOf(await book.create(create(AgentExecutionSchema, { spec })));
}

function update(executionId: string, phase: ExecutionPhase): void {
  book.updateStatus(create(AgentExecutionUpdateStatusInputSchema, { executionId, status: { phase, error: "why" } }));
}

test("clients see the end while saving fails, and it is saved as soon as possible", async () => {
  const id = await begin();
  const states: string[] = [];
  const following = (async () => {
    for await (const { status } of book.subscribe(id, new AbortController().signal))
      states.push(ExecutionPhase[status?.phase ?? 0] ?? "");
  })();
  breakDisk();
  update(id, ExecutionPhase.EXECUTION_FAILED);
  await following;
  expect(states.at(-1)).toBe("EXECUTION_FAILED");
  expect(book.get(id).status).toMatchObject({ phase: ExecutionPhase.EXECUTION_FAILED, error: "why" });
  expect(kinds.execution.get(store, id).status?.phase).toBe(ExecutionPhase.EXECUTION_PENDING);
  // Who comes later, too.
  for await (const { status } of book.subscribe(id, new AbortController().signal)) expect(status?.error).toBe("why");

  live.flush();
  expect(kinds.execution.get(store, id).status?.phase).toBe(ExecutionPhase.EXECUTION_PENDING);
  mendDisk();
  live.flush();
  expect(kinds.execution.get(store, id).status).toMatchObject({ phase: ExecutionPhase.EXECUTION_FAILED, error: "why" });
});

test("a running execution continues if the file cannot even be read", async () => {
  const id = await begin();
  database.run("DROP TABLE resources");
  expect(book.get(id).status?.phase).toBe(ExecutionPhase.EXECUTION_PENDING);
});

test("ended and deleted executions are not kept in memory once saved", async () => {
  const [ended, deleted] = [await begin(), await begin()];
  expect(live.running()).toHaveLength(2);
  update(ended, ExecutionPhase.EXECUTION_COMPLETED);
  book.delete(deleted);
  expect(live.running()).toEqual([]);
  expect(() => book.get(deleted)).toThrow("there is no AgentExecution");
});

test("unfinished executions of an earlier daemon are watched", async () => {
  const [waiting, ended] = [await begin(), await begin()];
  update(ended, ExecutionPhase.EXECUTION_COMPLETED);
  const next = new LiveExecutions(store);
  next.resume();
  expect(next.running().map(({ execution }) => idOf(execution))).toEqual([waiting]);
});

test("executions without an end are ended: on a broken disk, and after too long a time", async () => {
  const [waiting, running] = [await begin(), await begin()];
  update(running, ExecutionPhase.EXECUTION_IN_PROGRESS);
  let trouble: string | undefined;
  const watch = (maxPendingMs: number, maxRunningMs: number) =>
    watchExecutions({
      live,
      executions: book,
      problem: async () => trouble,
      limits: { intervalMs: 10, maxPendingMs, maxRunningMs },
    });
  const phase = (id: string) => book.get(id).status?.phase;
  const stop = watch(0, 600_000);
  await pause(50);
  expect(phase(waiting)).toBe(ExecutionPhase.EXECUTION_PENDING);
  trouble = "the disk is full.";
  await until("the waiting one is ended", () => phase(waiting) === ExecutionPhase.EXECUTION_FAILED);
  expect(book.get(waiting).status?.error).toBe("The execution was not begun: the disk is full.");
  expect(phase(running)).toBe(ExecutionPhase.EXECUTION_IN_PROGRESS);
  stop();
  const stopAgain = watch(0, 0);
  await until("the running one is ended", () => phase(running) === ExecutionPhase.EXECUTION_FAILED);
  expect(book.get(running).status?.error).toContain("did not end within");
  stopAgain();
});
