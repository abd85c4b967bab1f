import { expect, test } from "bun:test";
import { until } from "../../test/support/eventually.ts";
import { endProcesses, TERMINATE_GRACE_MS } from "./end-processes.ts";
import { allProcesses, readProcess, withDescendants } from "./process-table.ts";

test("a zombie is not waited for", async () => {
  // The parent becomes a program that never reaps it.
  const parent = Bun.spawn(["sh", "-c", "setsid true & echo $!; exec sleep 600"], { stdout: "pipe" });
  const { value } = await parent.stdout.getReader().read();
  const group = Number(new TextDecoder().decode(value));
  await until("it has ended", () => readProcess(group)?.isZombie === true);
  const grace = Promise.withResolvers<string>();
  const timer = setTimeout(() => grace.resolve("it was waited for"), TERMINATE_GRACE_MS);
  const find = () => withDescendants(allProcesses(), (one) => one.group === group);
  expect(await Promise.race([endProcesses(find, [group]), grace.promise])).toBeUndefined();
  clearTimeout(timer);
  parent.kill("SIGKILL");
});
