import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { loadLogFormat } from "./load-log-format.ts";

describe("the format of the first log lines", () => {
  test("is what the environment says, as the configuration reads it", () => {
    const formats = ["json", "JSON", "text", "", undefined, "xml"].map((format) =>
      loadLogFormat({ env: { LOG_FORMAT: format } }),
    );
    expect(formats).toEqual(["json", "json", "text", "text", "text", "text"]);
  });

  test("is what the env file says, but for the environment", async () => {
    await using folder = await temporaryFolder();
    const envFile = join(folder.path, "runner.env");
    await writeFile(envFile, "LOG_FORMAT=json\n");
    expect(loadLogFormat({ env: {}, envFile })).toBe("json");
    expect(loadLogFormat({ env: { LOG_FORMAT: "text" }, envFile })).toBe("text");
  });

  test("is what the environment says where the file cannot be read", () => {
    expect(loadLogFormat({ env: { LOG_FORMAT: "Json" }, envFile: "/does/not/exist" })).toBe("json");
  });
});
