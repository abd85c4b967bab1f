import { describe, expect, test } from "bun:test";
import { commandRuns } from "../../../test/support/command-runs.ts";
import { requirement } from "../../../test/support/requirement.ts";
import { ProcessTree } from "../../processes/index.ts";
import { withMemoryNote } from "./memory-note.ts";

const runs = commandRuns();

/** Whether the tests may create control groups on this machine. */
async function canLimitMemory(): Promise<boolean> {
  const trial = new ProcessTree({ memoryLimit: 64 * 1024 * 1024 });
  trial.start("true", [], { env: { PATH: "/usr/bin:/bin" }, stdio: "ignore" });
  const { memoryLimit } = trial;
  await trial.stopAll();
  return memoryLimit !== undefined;
}

const isMemoryLimited = requirement(await canLimitMemory(), "limits of memory: no control group can be made");

describe("a command that the kernel kills because memory runs out", () => {
  const result = { output: "so far\n", exitCode: 137, cut: 0 };
  const at = (count: number, isExact = false) => ({ count, isExact });

  test("gets a note in its output", () => {
    expect(withMemoryNote(result, at(1), at(2), undefined).output).toBe(
      "so far\n[The kernel killed it: the machine is out of memory.]",
    );
    expect(withMemoryNote({ ...result, exitCode: 0 }, at(1, true), at(3, true), 1024 ** 3).output).toBe(
      "so far\n[The kernel killed 2 processes of this execution: out of memory. Its commands may use 1 GiB together.]",
    );
  });

  test("is not confused with one that ended by itself, or whose neighbour was killed", () => {
    expect(withMemoryNote(result, at(1), at(1), undefined)).toBe(result);
    const other = { ...result, exitCode: 1 };
    expect(withMemoryNote(other, at(1), at(2), undefined)).toBe(other);
  });

  test.if(isMemoryLimited)("reports this in its own result", async () => {
    const limited = new ProcessTree({ memoryLimit: 64 * 1024 * 1024 });
    const { output, exitCode } = await runs.run("echo begun; exec tail /dev/zero", { processes: limited });
    expect(exitCode).toBe(137);
    expect(output).toStartWith("begun\n[The kernel killed a process of this execution: out of memory.");
    await limited.stopAll();
  });
});
