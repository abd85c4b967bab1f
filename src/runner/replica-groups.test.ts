import { describe, expect, test } from "bun:test";
import { foreignGroups, formatIdentity, refuseForeignGroups } from "../temporal/index.ts";
import { mustYield, ReplicaGroups } from "./replica-groups.ts";

/** The identity of a runner as Temporal lists it. */
function identity(pid: number, group: string): string {
  return formatIdentity({ pid, host: "node", pidNamespace: "1", group });
}

describe("the foreign groups that poll a queue", () => {
  test("are found from the identities of runners, ignoring the own group and other workers", () => {
    const pollers = [identity(1, "a"), identity(2, "b"), identity(3, "b"), "17@python", identity(4, "")];
    expect(foreignGroups(pollers, "a")).toEqual([{ group: "b", runners: ["2@node", "3@node"] }]);
  });
});

test("runners of one host with the same process id count separately", () => {
  const pod = (pidNamespace: string) => formatIdentity({ pid: 1, host: "node", pidNamespace, group: "b" });
  expect(foreignGroups([pod("1"), pod("2")], "a")).toEqual([{ group: "b", runners: ["1@node", "1@node"] }]);
});

describe("of two groups on one queue", () => {
  const foreign = (group: string, count: number) => [
    { group, runners: Array.from({ length: count }, (_, n) => `${n}@node`) },
  ];

  test("the smaller one yields, whichever is older", () => {
    expect(mustYield("a", 1, foreign("b", 3))).toBe(true);
    expect(mustYield("b", 3, foreign("a", 1))).toBe(false);
  });

  test("the younger one yields if both have the same size", () => {
    const [older, younger] = [Bun.randomUUIDv7("hex", 1_000), Bun.randomUUIDv7("hex", 2_000)];
    expect(mustYield(younger, 2, foreign(older, 2))).toBe(true);
    expect(mustYield(older, 2, foreign(younger, 2))).toBe(false);
  });
});

describe("a runner on a shared queue", () => {
  const own = identity(1, "a");
  const of = (pollers: readonly string[], mustShareSessions = true) =>
    new ReplicaGroups({
      pollers: async () => pollers,
      identity: own,
      taskQueue: "queue",
      group: "a",
      mustShareSessions,
    });

  const checkStart = (pollers: readonly string[], group: string | undefined = "a") =>
    refuseForeignGroups({ pollers: async () => pollers, taskQueue: "queue" }, group);

  test("starts beside runners of its own group", async () => {
    const pollers = [own, identity(2, "a"), "17@python"];
    await checkStart(pollers);
    expect(await of(pollers).check()).toBeUndefined();
  });

  test("does not start beside runners of another group, and names them", async () => {
    for (const group of ["a", undefined])
      await expect(checkStart([identity(2, "b")], group)).rejects.toThrow(
        "1 runner of the task queue queue (2@node) does not share sessions with this one: it uses another Redis",
      );
  });

  test("starts when Temporal does not list the pollers", async () => {
    const pollers = async () => {
      throw new Error("deadline exceeded");
    };
    await refuseForeignGroups({ pollers, taskQueue: "queue" }, "a");
  });

  test("reports that the pollers are unknown when Temporal repeatedly does not list them", async () => {
    let now = 0;
    let answers = false;
    const groups = new ReplicaGroups({
      pollers: async () => {
        if (answers) return [own];
        throw new Error("permission denied");
      },
      identity: own,
      taskQueue: "queue",
      group: "a",
      mustShareSessions: true,
      now: () => now,
    });
    const look = async () => {
      now += 60_000;
      return await groups.check();
    };
    expect(await look()).toBeUndefined();
    expect(await look()).toMatchObject({ status: "degraded", reason: expect.stringContaining("permission denied") });
    answers = true;
    expect(await look()).toBeUndefined();
  });

  test("only reports another group when nothing has to be shared", async () => {
    const groups = of([own, identity(2, "b"), identity(3, "b")], false);
    expect(await groups.check()).toMatchObject({ status: "degraded" });
  });

  test("fails its check when its group turns out to be the smaller one", async () => {
    expect(await of([own, identity(2, "b"), identity(3, "b")]).check()).toMatchObject({ status: "failed" });
    expect(await of([own, identity(2, "a"), identity(3, "b")]).check()).toMatchObject({ status: "degraded" });
  });
});
