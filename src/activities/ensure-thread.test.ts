import { describe, expect, test } from "bun:test";
import { isEphemeral } from "../threads/index.ts";
import { ensureThread } from "./ensure-thread.ts";

describe("a thread", () => {
  test("is that of its session, each time", async () => {
    expect(await ensureThread("ses-1", "agt-1")).toBe("thread-ses-1");
    expect(await ensureThread("ses-1", "agt-2")).toBe("thread-ses-1");
    expect(isEphemeral("thread-ses-1")).toBe(false);
  });

  test("is a new one for each execution without a session", async () => {
    const [one, two] = [await ensureThread("", "agt-1"), await ensureThread("", "agt-1")];
    expect(one).toMatch(/^ephemeral-agt-1-[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
    expect(isEphemeral(one)).toBe(true);
  });
});
