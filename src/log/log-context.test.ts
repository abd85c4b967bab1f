import { expect, test } from "bun:test";
import { collectedLog } from "../../test/support/collected-log.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { captureConsole, createLogger, withLogFields, withoutLogFields } from "./index.ts";

/** Lines without their time. */
function told() {
  const { log, lines } = collectedLog();
  return { log, lines: () => lines.map((line) => line.replace(/^\S+ - agent-runner/, "").trimEnd()) };
}

test("fields are on the lines of all that is called and awaited, of each call its own", async () => {
  const { log, lines } = told();
  const shared = log.child("cache");
  const work = (executionId: string) =>
    withLogFields({ executionId }, async () => {
      shared.info("before");
      await new Promise((resolve) => setTimeout(resolve, 1));
      shared.info("after");
    });
  await Promise.all([work("aex-1"), work("aex-2")]);
  shared.info("outside");
  expect(lines()).toEqual([
    ".cache - INFO - before [executionId=aex-1]",
    ".cache - INFO - before [executionId=aex-2]",
    ".cache - INFO - after [executionId=aex-1]",
    ".cache - INFO - after [executionId=aex-2]",
    ".cache - INFO - outside",
  ]);
});

test("inner fields are added, a logger's and a line's own fields win, and none is there twice", () => {
  const written: string[] = [];
  const write = (line: string) => void written.push(line);
  const log = createLogger({ level: "info", format: "json", mask: new SecretMask(), write });
  withLogFields({ executionId: "a", runId: "r" }, () =>
    withLogFields({ sessionId: "s" }, () => log.child("x", { executionId: "b" }).info("one", { executionId: "c" })),
  );
  expect(JSON.parse(written[0] ?? "")).toMatchObject({ executionId: "c", sessionId: "s", runId: "r" });
  expect(written[0]?.match(/executionId/g)).toHaveLength(1);
});

test("secrets in them are masked", () => {
  const written: string[] = [];
  const mask = new SecretMask();
  mask.add(["s3cret-of-a-user"]);
  const log = createLogger({ level: "info", format: "json", mask, write: (line) => void written.push(line) });
  withLogFields({ sessionId: "s3cret-of-a-user" }, () => log.info("one"));
  expect(written[0]).not.toContain("s3cret");
});

test("what others go on using has none", () => {
  const { log, lines } = told();
  withLogFields({ executionId: "aex-1" }, () => withoutLogFields(() => log.info("shared")));
  expect(lines()).toEqual([" - INFO - shared"]);
});

test("what libraries write to the console has the fields of who called them", async () => {
  const { log, lines } = told();
  const release = captureConsole(() => log);
  try {
    await withLogFields({ executionId: "aex-1" }, async () => {
      await Promise.resolve();
      console.warn("deprecated");
      process.emitWarning("old", "DeprecationWarning");
    });
  } finally {
    release();
  }
  expect(lines()).toEqual([
    ".library - WARN - deprecated [executionId=aex-1]",
    ".library - WARN - DeprecationWarning: old [executionId=aex-1]",
  ]);
});

test("a field without a value does not hide the one of the context", () => {
  const { log, lines } = told();
  withLogFields({ executionId: "aex-1" }, () => log.info("works", { executionId: undefined, status: 1 }));
  expect(lines()).toEqual([" - INFO - works [executionId=aex-1 status=1]"]);
});
