import { describe, expect, test } from "bun:test";
import { daytonaReplicas } from "../support/daytona-double/replicas.ts";
import { until } from "../support/eventually.ts";

const daytona = daytonaReplicas();

describe("a sandbox of an execution without a session", () => {
  test("is deleted when the execution ends", async () => {
    const replica = daytona.open();
    const handle = await replica.acquire({ sessionId: "" });
    const box = daytona.double.box(handle.sandbox.id);
    expect(box.labels).not.toHaveProperty("stigmer-session");
    expect(box.params.autoDeleteInterval).toBe(0);
    expect((await handle.sandbox.execute("echo works")).output).toBe("works\n");
    await handle.release();
    expect(daytona.double.alive).toEqual([]);
  });
});

describe("a new sandbox", () => {
  test("that does not start is deleted, and the error says why and what to check", async () => {
    daytona.double.failsWith = { state: "error", reason: "no such image" };
    await expect(daytona.open().acquire()).rejects.toMatchObject({
      message: expect.stringContaining("no such image"),
      remedies: [expect.stringContaining("DAYTONA_DEV_TOOLS_SNAPSHOT_ID")],
    });
    await until("it is deleted", () => daytona.double.alive.length === 0);
    expect(daytona.sessions.sandboxes.get("ses-1")).toBeUndefined();
  });

  test("that is not ready within the limit is deleted", async () => {
    daytona.double.startMs = 60_000;
    await expect(daytona.open({ readyTimeoutMs: 700 }).acquire()).rejects.toThrow(
      "did not make the new sandbox of session ses-1 ready within 0.7 s",
    );
    await until("it is deleted", () => daytona.double.boxes.size === 1 && daytona.double.alive.length === 0);
  });

  test("that is not ready when the execution is cancelled is deleted", async () => {
    daytona.double.startMs = 60_000;
    const controller = new AbortController();
    const attempt = daytona.open().acquire({ signal: controller.signal });
    await until("it is requested", () => daytona.double.boxes.size === 1);
    controller.abort(new Error("cancelled"));
    await expect(attempt).rejects.toThrow("cancelled");
    await until("it is deleted", () => daytona.double.alive.length === 0);
  });

  test("that lacks programs is deleted, and the error names them", async () => {
    daytona.double.path = "/nothing/here";
    await expect(daytona.open().acquire()).rejects.toThrow(/did not run the runner|lacks programs/);
    expect(daytona.double.alive).toEqual([]);
  });
});
