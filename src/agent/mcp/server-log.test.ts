import { expect, test } from "bun:test";
import { collectedLog } from "../../../test/support/collected-log.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { ServerLog } from "./server-log.ts";

test("a long line of a server's log is cut, and leaves no half of a secret", () => {
  const { log, lines } = collectedLog();
  const mask = new SecretMask();
  mask.add(["hunter22-and-more"]);
  const serverLog = new ServerLog(log, (text) => mask.mask(text));
  const text = `${"x".repeat(990)}hunter22-and-more${"y".repeat(100_000)}`;
  serverLog.say("The server logs (info)", text);
  serverLog.say("The server logs (info)", [text]);
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).not.toContain("hunter");
    expect(line.length).toBeLessThan(1_200);
  }
});
