import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { ulid } from "ulid";
import { silentLogger } from "../../log/index.ts";
import { DatabaseHealth } from "../../shared/database-health.ts";
import { ticketOf } from "../ticket.ts";
import { SqliteTickets } from "./sqlite-tickets.ts";

function tickets(): SqliteTickets {
  const database = new Database(":memory:", { strict: true });
  return new SqliteTickets(database, new DatabaseHealth(":memory:", database), silentLogger);
}

const ticket = (createdAt: number) => ticketOf(`aex-${ulid(createdAt).toLowerCase()}`);
const claimOf = (of: ReturnType<typeof ticket>) => ({ threadId: "thread", ticket: of, token: of.executionId });

test("an execution that was announced at its creation does not wait for earlier ones that might be on their way", async () => {
  const [first, second] = [ticket(Date.now() - 10), ticket(Date.now())];
  const store = tickets();
  store.announceCreated("thread", first);
  store.announceCreated("thread", second);
  await store.announce("thread", first);
  expect(await store.claim(claimOf(first), { ms: 1_000, appliesWhenAlone: false })).toBeUndefined();
});

test("an execution that was announced later waits for them", async () => {
  const [first, second] = [ticket(Date.now() - 10), ticket(Date.now())];
  const store = tickets();
  await store.announce("thread", first);
  await store.announce("thread", second);
  expect(await store.claim(claimOf(first), { ms: 1_000, appliesWhenAlone: false })).toMatchObject({ reason: "early" });
});

test("after the store has lost its data, an announcement at creation says nothing about earlier executions", async () => {
  const first = ticket(Date.now());
  const store = tickets();
  store.announceCreated("thread", first);
  const blocked = await store.claim(claimOf(first), { ms: 1_000, appliesWhenAlone: true });
  expect(blocked).toMatchObject({ reason: "early" });
});
