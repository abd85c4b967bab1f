import { expect, jest, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { until } from "../../test/support/eventually.ts";
import { endProcesses } from "./end-processes.ts";
import { allProcesses, readProcess, withDescendants } from "./process-table.ts";

/** Its child ends when standard input does. The parent becomes a program that never reaps it. */
const PARENT = "exec 3<&0; setsid cat <&3 & echo $!; exec sleep 600 3<&-";

test("a zombie is not waited for", async () => {
  const parent = Bun.spawn(["sh", "-c", PARENT], { stdin: "pipe", stdout: "pipe" });
  const { value } = await parent.stdout.getReader().read();
  const group = Number(new TextDecoder().decode(value));
  await until(
    "the parent does not reap it",
    async () => (await readFile(`/proc/${parent.pid}/comm`, "utf8")) === "sleep\n",
  );
  await until("it has its own group", () => readProcess(group)?.group === group);
  parent.stdin.end();
  await until("it has ended", () => readProcess(group)?.isZombie === true);
  let looks = 0;
  const find = () => {
    if (++looks > 10) throw new Error("it is waited for");
    return withDescendants(allProcesses(), (one) => one.group === group);
  };
  // No time passes: who sleeps to wait for it does not wake up.
  jest.useFakeTimers();
  await endProcesses(find, [group]).finally(() => jest.useRealTimers());
  expect(readProcess(group)?.isZombie).toBe(true);
  parent.kill("SIGKILL");
});
