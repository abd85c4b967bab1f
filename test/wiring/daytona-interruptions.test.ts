import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { DaytonaDouble } from "../support/daytona-double/daytona-double.ts";
import { MemorySessions } from "../support/daytona-double/ports.ts";
import { openReplica, type Replica } from "../support/daytona-double/replica.ts";
import { eventually, isPending, pause, until } from "../support/eventually.ts";

let double: DaytonaDouble;
let replica: Replica;

beforeEach(() => {
  double = new DaytonaDouble();
  replica = openReplica({ double, sessions: new MemorySessions("ses-1") });
});
afterEach(async () => {
  double.heal();
  await replica.close();
  await double.stop();
});

/** A request that is given up only when its own time is over, after 30 s. */
function patientRequest(): Promise<unknown> {
  const request = replica.api.client.get("any");
  request.catch(() => undefined);
  return request;
}

describe("a sandbox that is stopped while it is used", () => {
  test("is started again, and the tool call succeeds", async () => {
    const { sandbox } = await replica.acquire();
    await sandbox.writeFile("kept.txt", "yes");
    for (const use of [
      async () => expect((await sandbox.execute("cat kept.txt")).output).toBe("yes"),
      async () => expect(new TextDecoder().decode(await sandbox.readFile("kept.txt"))).toBe("yes"),
      async () => expect((await sandbox.list("/")).items).toHaveLength(1),
    ]) {
      double.box(sandbox.id).state = "stopped";
      await use();
    }
    expect(double.count(/\/start$/)).toBe(3);
    expect(replica.log.join("\n")).toContain("was stopped while an execution uses it");
  });

  test("and cannot be started again is reported as deleted", async () => {
    const { sandbox } = await replica.acquire();
    double.box(sandbox.id).state = "destroyed";
    await expect(sandbox.execute("echo x")).rejects.toThrow(
      /was deleted while it was used.*next execution gets a new one.*The command was stopped with the sandbox;/s,
    );
  });
});

describe("while Daytona does not answer", () => {
  test("an execution ends without waiting for the deletion of its sandbox", async () => {
    const { sandbox, release } = await replica.acquire({ sessionId: "" });
    await sandbox.execute("true");
    double.fault({ request: /^(DELETE|GET) /, hang: true });
    const request = patientRequest();
    await release();
    expect(await isPending(request)).toBe(true);
  });

  test.each([/work-dir$/, /execute$/, /^POST \/sandbox$/])(
    "a cancelled execution does not wait for %p",
    async (request) => {
      double.fault({ request, hang: true });
      const controller = new AbortController();
      const attempt = replica.acquire({ signal: controller.signal });
      attempt.catch(() => undefined);
      await until("the request arrives", () => double.count(request) > 0);
      double.fault({ request: /./, hang: true });
      const other = patientRequest();
      controller.abort(new Error("cancelled"));
      await expect(attempt).rejects.toThrow("cancelled");
      expect(await isPending(other)).toBe(true);
    },
  );

  test("reading a file stops with the execution", async () => {
    const controller = new AbortController();
    const { sandbox } = await replica.acquire({ signal: controller.signal });
    await sandbox.writeFile("x", "y");
    double.fault({ request: /bulk-download$/, hang: true });
    const reading = sandbox.readFile("x");
    reading.catch(() => undefined);
    await until("the request arrives", () => double.count(/bulk-download$/) > 0);
    controller.abort(new Error("cancelled"));
    await expect(reading).rejects.toThrow("cancelled");
  });
});

describe("a command", () => {
  test("that kills its supervisor ends at once, and keeps its output", async () => {
    const { sandbox } = await replica.acquire();
    const { output, exitCode } = await sandbox.execute(
      "echo said; kill -9 $(ps -o ppid= -p $PPID); while sleep 0.1; do date +%N >beat; done",
    );
    expect(exitCode).toBe(137);
    expect(output).toStartWith(
      "said\n[The command's supervisor was killed, by the command or by the kernel (out of memory?)",
    );
    const beat = async () => (await sandbox.execute("cat beat")).output;
    const last = await beat();
    await pause(300);
    expect(await beat()).toBe(last);
  });

  test("can run after one that deleted the root or its own records", async () => {
    const { sandbox } = await replica.acquire();
    await sandbox.execute('rm -rf "$PWD"');
    expect((await sandbox.execute("pwd; ls")).output).toBe(`${sandbox.root}\n`);
    await sandbox.execute('rm -rf "$PWD"');
    expect(await sandbox.writeFile("new.txt", "x")).toBe(`${sandbox.root}/new.txt`);
    const folder = (await sandbox.execute("dirname $0")).output.trim();
    await expect(sandbox.execute(`sleep 0.5; rm -rf ${folder.replace(/\d+$/, "")}*`)).rejects.toThrow(
      "was deleted meanwhile",
    );
    expect((await sandbox.execute("echo works")).output).toBe("works\n");
  });

  test("has an environment that does not affect the runner's scripts", async () => {
    const environment = { PATH: "/nowhere", LD_PRELOAD: "/nowhere.so", IFS: "x", "A B": "c", dir: "d" };
    const { sandbox } = await replica.acquire({ environment });
    const { output, exitCode } = await sandbox.execute('echo "$PATH $dir"; exit 3');
    expect(exitCode).toBe(3);
    expect(output).toContain("/nowhere d\n");
  });

  test("may have a large environment", async () => {
    const { sandbox } = await replica.acquire({
      environment: { LARGE: "x".repeat(100_000), OTHER: "y".repeat(100_000) },
    });
    expect((await sandbox.execute('printf %s "$LARGE$OTHER" | wc -c')).output).toBe("200000\n");
    const left = await eventually(async () => (await sandbox.execute("ls $(dirname $0)/../*/environment")).output);
    expect(left).toContain("No such file");
  });
});
