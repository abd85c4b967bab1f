import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type EnvMap, loadSettings, localSettings, readSettings } from "./index.ts";

const envFile = "/dev/null";
const { admin, apiKey, log, stigmer, temporal } = localSettings;
const address = (env: EnvMap) =>
  loadSettings({ host: admin.settings.host, port: admin.settings.port }, { env, envFile });

describe("some settings are read alone", () => {
  test("with their defaults, in either mode", () => {
    expect(address({ MODE: "cloud" })).toEqual({ host: "127.0.0.1", port: 8790 });
    expect(address({ ADMIN_HOST: "0.0.0.0", ADMIN_PORT: "9000" })).toEqual({ host: "0.0.0.0", port: 9000 });
  });

  test("without the rules of their group, and without looking at any other setting", () => {
    const others = { MODE: "nonsense", ADMIN_TOKEN: "short", TEMPORAL_MAX_CONCURRENCY: "many" };
    expect(address({ ADMIN_HOST: "0.0.0.0", ...others })).toEqual({ host: "0.0.0.0", port: 8790 });
  });

  test("report the problems of the settings that were read together, and no others", () => {
    const attempt = () => address({ ADMIN_HOST: "a b", ADMIN_PORT: "many", LOG_LEVEL: "loud" });
    expect(attempt).toThrow(/ADMIN_HOST "a b" is not a host name.*\nADMIN_PORT "many" is not a whole number/);
    expect(attempt).not.toThrow("LOG_LEVEL");
  });
});

describe("a group is read alone", () => {
  test("as the whole configuration has it", () => {
    const env = { MODE: "cloud", STIGMER_BACKEND_ENDPOINT: "localhost:7234", STIGMER_API_KEY: "my-key" };
    expect(loadSettings({ stigmer, apiKey }, { env, envFile })).toEqual({
      stigmer: { endpoint: "localhost:7234", tls: false },
      apiKey: "my-key",
    });
  });

  test("by any of its names", () => {
    const env = { TEMPORAL_ADDRESS: "temporal:7233", TEMPORAL_NAMESPACE: "prod", ADMIN_HOST: "0.0.0.0" };
    expect(loadSettings({ temporal }, { env, envFile }).temporal).toMatchObject({
      address: "temporal:7233",
      namespace: "prod",
    });
  });

  test("and its rules are checked", () => {
    const env = { TEMPORAL_TLS: "false", TEMPORAL_TLS_SERVER_NAME: "temporal" };
    expect(() => loadSettings({ temporal }, { env, envFile })).toThrow("TEMPORAL_TLS is false although");
  });
});

describe("settings that are read tolerantly", () => {
  const format = (env: EnvMap, file?: string) =>
    readSettings({ format: log.settings.format }, { env, envFile: file }).config.format;

  test("lack what is invalid", () => {
    expect(["json", "JSON", "text", "", undefined].map((LOG_FORMAT) => format({ LOG_FORMAT }))).toEqual([
      "json",
      "json",
      "text",
      "text",
      "text",
    ]);
    expect(format({ LOG_FORMAT: "xml" })).toBeUndefined();
  });

  test("come from the env file, unless the environment has them", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "runner.env");
    await writeFile(file, "LOG_FORMAT=json\n");
    expect(format({}, file)).toBe("json");
    expect(format({ LOG_FORMAT: "text" }, file)).toBe("text");
  });

  test("come from the environment if the env file cannot be read, which is a problem", () => {
    const options = { env: { LOG_FORMAT: "Json" }, envFile: "/does/not/exist" };
    const { config, problems } = readSettings({ format: log.settings.format }, options);
    expect(config.format).toBe("json");
    expect(problems.map(({ variable }) => variable)).toEqual(["--env-file /does/not/exist"]);
  });
});
