import { describe, expect, test } from "bun:test";
import { explained } from "../../src/shared/errors.ts";
import { daytonaReplicas } from "../support/daytona-double/replicas.ts";

const daytona = daytonaReplicas();

/** What users read of a failed call. */
async function textOf(call: Promise<unknown>): Promise<string> {
  return await call.then(() => "it did not fail", explained);
}

describe("an error of Daytona's API says what to do", () => {
  test.each([
    [401, "Invalid credentials", /DAYTONA_API_KEY.*app\.daytona\.io\/dashboard\/keys/],
    [403, "Forbidden resource", /DAYTONA_API_KEY/],
    [402, "Organization is suspended: please add credit", /quota or credit.*dashboard\/limits/],
    [403, "Total CPU limit exceeded. Maximum allowed: 10.", /quota or credit/],
    [400, "Snapshot dev-tools not found", /DAYTONA_DEV_TOOLS_SNAPSHOT_ID/],
    [404, "Snapshot dev-tools does not exist", /does not exist/],
  ])("%i %s", async (status, message, remedy) => {
    daytona.double.fault({ request: /^POST \/sandbox$/, status, message });
    const text = await textOf(daytona.open({ snapshotId: "dev-tools" }).acquire());
    expect(text).toContain(message);
    expect(text).toMatch(remedy);
    expect(text).toContain(`HTTP ${status}`);
    expect(daytona.double.count(/^POST \/sandbox$/)).toBe(1);
  });

  test("if nothing listens at the address", async () => {
    expect(await textOf(daytona.open({ apiUrl: "http://127.0.0.1:9/api" }).api.ping())).toContain("DAYTONA_API_URL");
  });

  test("if the key is wrong, without showing the key", async () => {
    const text = await textOf(daytona.open({ apiKey: "dtn_wrong_key" }).api.ping());
    expect(text).toContain("DAYTONA_API_KEY");
    expect(text).not.toContain("dtn_wrong_key");
  });

  test("if there is no answer", async () => {
    daytona.double.fault({ request: /^GET/, hang: true });
    await expect(daytona.open().api.ping()).rejects.toThrow("did not answer within 4 s");
  });
});

describe("a request that fails temporarily is repeated", () => {
  test.each([429, 500, 502, 503])("after %i", async (status) => {
    daytona.double.fault({ request: /^POST \/sandbox$/, status, times: 2 });
    const { sandbox } = await daytona.open().acquire();
    expect(daytona.double.boxes.size).toBe(1);
    daytona.double.fault({ request: /execute$/, status, times: 2 });
    expect((await sandbox.execute("echo works")).output).toBe("works\n");
  });

  test("not before the time that Daytona asks for", async () => {
    daytona.double.fault({ request: /^POST \/sandbox$/, status: 429, headers: { "retry-after": "2" }, times: 1 });
    const began = Date.now();
    await daytona.open().acquire();
    expect(Date.now() - began).toBeGreaterThanOrEqual(2_000);
  });

  test("without creating a second sandbox if only the answer was lost", async () => {
    daytona.double.fault({ request: /^POST \/sandbox$/, loseAnswer: true, times: 1 });
    const { sandbox } = await daytona.open().acquire();
    expect(daytona.double.boxes.size).toBe(1);
    expect(daytona.double.boxes.has(sandbox.id)).toBe(true);
  });

  test("without running a command twice if only the answer was lost", async () => {
    const { sandbox } = await daytona.open().acquire();
    daytona.double.fault({ request: /execute$/, loseAnswer: true, times: 1 });
    expect(await sandbox.execute("echo x >>ran; wc -l <ran")).toMatchObject({ output: "1\n", exitCode: 0 });
  });

  test("a limited number of times, then it fails with the reason", async () => {
    const { sandbox } = await daytona.open({ isImpatient: true }).acquire();
    daytona.double.fault({ request: /execute$/, status: 503, message: "no healthy upstream" });
    expect(await textOf(sandbox.execute("echo x"))).toMatch(/no healthy upstream.*status\.app\.daytona\.io/s);
  });
});
