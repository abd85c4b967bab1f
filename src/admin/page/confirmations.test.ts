import { describe, expect, test } from "bun:test";
import { runningLifecycle } from "../../../test/support/admin-request.ts";
import { form, pageWorld } from "../../../test/support/page/page-world.ts";

describe("drain", () => {
  test("is asked for before it begins", async () => {
    let drains = 0;
    const world = pageWorld({ lifecycle: runningLifecycle({ requestDrain: () => drains++ }) });
    const question = await (await world.ask("/drain")).text();
    for (const text of ["Let 2 executions finish", "Cancel 2 executions now"]) expect(question).toContain(text);
    expect(drains).toBe(0);
    const response = await world.ask("/drain", form({}));
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    expect(drains).toBe(1);
  });

  test("is not offered twice", async () => {
    const world = pageWorld({ lifecycle: runningLifecycle({ state: "draining", deadline: new Date(0) }) });
    const text = await (await world.ask("/")).text();
    expect(text).toContain("it finishes what runs");
    expect(text).toContain("00:00:00 UTC");
    expect(text).not.toContain("Drain …");
  });

  test("cancels what runs if that is chosen, also later", async () => {
    const calls: string[] = [];
    const lifecycle = {
      ...runningLifecycle({ requestDrain: () => void calls.push("drain") }),
      state: "running",
    };
    let inFlight = 1;
    const more = { lifecycle, inFlight: () => inFlight, cancelAll: () => void calls.push("cancel") };
    const world = pageWorld(more);
    expect((await world.ask("/drain", form({ mode: "drain" }))).status).toBe(303);
    expect(calls.splice(0)).toEqual(["drain"]);
    expect((await world.ask("/drain", form({ mode: "cancel" }))).status).toBe(303);
    expect(calls.splice(0)).toEqual(["drain", "cancel"]);
    lifecycle.state = "draining";
    expect(await (await world.ask("/")).text()).toContain("Cancel what runs …");
    const question = await (await world.ask("/drain")).text();
    expect(question).toContain("Cancel 1 execution now");
    expect(question).toContain('type="hidden" name="mode" value="cancel"');
    inFlight = 0;
    expect(await (await world.ask("/")).text()).not.toContain('href="/drain"');
    expect((await world.ask("/drain")).status).toBe(303);
    expect(calls).toEqual([]);
  });

  test("offers no choice if nothing runs, and does nothing for an unknown one", async () => {
    const calls: string[] = [];
    const lifecycle = runningLifecycle({ requestDrain: () => void calls.push("drain") });
    const world = pageWorld({ lifecycle, inFlight: () => 0, cancelAll: () => void calls.push("cancel") });
    expect(await (await world.ask("/drain")).text()).not.toContain("radio");
    expect((await world.ask("/drain", form({ mode: "kill" }))).status).toBe(400);
    expect(calls).toEqual([]);
  });

  test("is refused if a page of another origin asks for it", async () => {
    let drains = 0;
    const lifecycle = runningLifecycle({ requestDrain: () => drains++ });
    const world = pageWorld({ lifecycle, cancelAll: () => drains++ });
    for (const [origin, mode] of [
      ["https://evil.invalid", "drain"],
      ["https://evil.invalid", "cancel"],
      ["null", "cancel"],
    ] as const) {
      const { headers, ...request } = form({ mode });
      const response = await world.ask("/drain", {
        ...request,
        headers: { ...headers, origin } as Record<string, string>,
      });
      expect(response.status).toBe(403);
    }
    expect(drains).toBe(0);
  });
});

describe("cancel", () => {
  test("is asked for, and ends one execution", async () => {
    const world = pageWorld();
    const [one, other] = [world.begin("aex-1"), world.begin("aex-2")];
    expect(await (await world.ask("/cancel?execution=aex-1")).text()).toContain("Cancel this execution?");
    expect(one.signal.aborted).toBe(false);
    const response = await world.ask("/cancel", form({ execution: "aex-1" }));
    expect(response.headers.get("location")).toBe("/?execution=aex-1");
    expect([one.signal.aborted, other.signal.aborted]).toEqual([true, false]);
  });

  test("says that there is nothing to cancel", async () => {
    for (const init of [form({ execution: "none" }), form({}), { method: "POST", body: "x" }])
      expect((await pageWorld().ask("/cancel", init)).status).toBe(404);
  });
});
