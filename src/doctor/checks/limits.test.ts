import { expect, test } from "bun:test";
import { filesResult, memoryResult } from "./limits.ts";

test("the limit of open files is compared with what the executions need", () => {
  expect(filesResult(20_000, 10)).toEqual({ status: "ok", detail: "at most 20000", remedies: [] });
  expect(filesResult(Number.POSITIVE_INFINITY, 1000).status).toBe("ok");
  const few = filesResult(256, 10);
  expect([few.status, few.detail]).toEqual(["warning", "at most 256; 10 executions at once may need 576"]);
  expect(few.remedies.join(" ")).toContain("LimitNOFILE=");
  expect(filesResult(undefined, 10).status).toBe("skipped");
});

test("little memory is a warning with the amount that is needed", () => {
  expect(memoryResult(2 ** 30)).toEqual({ status: "ok", detail: "1 GiB can be used", remedies: [] });
  const little = memoryResult(200 * 2 ** 20);
  expect([little.status, little.detail]).toEqual(["warning", "200 MiB can be used, which is little for a runner"]);
  expect(little.remedies.join(" ")).toContain("at least 512 MiB");
});
