import { describe, expect, test } from "bun:test";
import { memoryResult, persistenceResult } from "./redis-server.ts";

const server = (fields: Readonly<Record<string, string>>, snapshots: string | undefined = "") => ({
  info: new Map(Object.entries(fields)),
  snapshots,
});
const hidden = { info: undefined, snapshots: undefined };
const GB = String(2 ** 30);

describe("the memory of Redis", () => {
  const memory = (fields: Readonly<Record<string, string>>) =>
    memoryResult(server({ used_memory: "1048576", ...fields }));

  test("may be unlimited, or limited without eviction", () => {
    expect(memory({ maxmemory: "0", maxmemory_policy: "noeviction" }).status).toBe("ok");
    expect(memory({ maxmemory: GB, maxmemory_policy: "noeviction" })).toEqual({
      status: "ok",
      detail: "1 MiB of 1 GiB used, policy noeviction",
      remedies: [],
    });
  });

  test("must not be freed by deleting keys", () => {
    for (const policy of ["allkeys-lru", "volatile-ttl"]) {
      const { status, detail, remedies } = memory({ maxmemory: GB, maxmemory_policy: policy });
      expect([status, detail]).toEqual(["warning", expect.stringContaining("deletes what agents remember")]);
      expect(remedies.join(" ")).toContain("noeviction");
    }
  });

  test("is a warning before it is full", () => {
    const { status, detail } = memory({ used_memory: GB, maxmemory: GB, maxmemory_policy: "noeviction" });
    expect([status, detail]).toEqual(["warning", expect.stringContaining("soon refuse writes")]);
  });

  test("is no failure if this user may not see it", () => {
    expect(memoryResult(hidden)).toMatchObject({ status: "warning", detail: expect.stringContaining("not visible") });
  });
});

describe("the persistence of Redis", () => {
  test("is right with an append-only file", () => {
    expect(persistenceResult(server({ aof_enabled: "1" })).status).toBe("ok");
  });

  test("is a warning with snapshots only, with nothing, and where it is not visible", () => {
    const none = { aof_enabled: "0" };
    expect(persistenceResult(server(none, "3600 1")).detail).toContain("snapshots only");
    expect(persistenceResult(server(none)).detail).toContain("nothing is saved");
    expect(persistenceResult({ ...server(none), snapshots: undefined }).detail).toContain("not visible");
    expect(persistenceResult(hidden).detail).toContain("not visible");
    for (const result of [server(none, "3600 1"), server(none), hidden].map(persistenceResult))
      expect([result.status, result.remedies.length]).toEqual(["warning", 1]);
  });

  test("is a warning if the last write failed", () => {
    const { status, detail } = persistenceResult(server({ aof_enabled: "1", aof_last_write_status: "err" }));
    expect([status, detail]).toEqual(["warning", "the last write of the append-only file failed"]);
  });
});
