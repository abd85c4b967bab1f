import { expect, test } from "bun:test";
import { ConfigError, inspectConfig, redacted } from "./index.ts";

const SECRET = "MC4CAQAwBQYDK2VwBCIEIPasted";
const [BEGIN, END] = ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"];

test.each([
  ["whole", `${BEGIN}\n${SECRET}\n${END}\n`],
  ["in one line", `${BEGIN} ${SECRET} ${END}`],
  ["without its end", `${BEGIN}\n${SECRET}`],
  ["of an old form", `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`],
])("a key that was pasted where a file is to be named is not shown: %s", (_, key) => {
  for (const name of ["TEMPORAL_TLS_CLIENT_KEY_PATH", "STIGMER_BACKEND_CLIENT_KEY_FILE"]) {
    const { problems, views, secrets, warnings } = inspectConfig({
      env: { MODE: "local", [name]: key },
      envFile: "/dev/null",
    });
    expect(problems.map(({ variable }) => variable)).toContain(name);
    const shown = [new ConfigError(problems, warnings, views).message, JSON.stringify([problems, redacted(views)])];
    for (const text of shown) expect(text).not.toContain(SECRET);
    expect(secrets.some((secret) => secret.includes(SECRET))).toBe(true);
  }
});
