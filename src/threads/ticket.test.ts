import { expect, test } from "bun:test";
import { ticketOf } from "./ticket.ts";

test("an execution with a ULID is ordered by its creation, whenever it arrives", () => {
  const { order } = ticketOf("aex-01k9xqsm4rb4s1nmz6yr5cwqh3", 5);
  expect(order).toBe(ticketOf("aex-01K9XQSM4RB4S1NMZ6YR5CWQH3", 6).order);
  expect(order).toBeGreaterThan(ticketOf("aex-01k9xqsm4qzzzzzzzzzzzzzzzz").order);
  expect(new Date(ticketOf("aex-01h00000000000000000000000").order).getUTCFullYear()).toBe(2023);
});

test("executions without a ULID are ordered by arrival, also within one ms", () => {
  const orders = ["z", "aex-1", "", "aex-81h00000000000000000000000", "aex-01h0000000000000000000000i"].map(
    (id) => ticketOf(id, 2e12).order,
  );
  expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
  expect(Math.floor(orders.at(-1) ?? 0)).toBe(2e12);
  expect(ticketOf("a", 2e12 + 1).order).toBe(2e12 + 1);
});
