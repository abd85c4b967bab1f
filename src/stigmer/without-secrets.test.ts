import { describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { AgentExecutionSchema, withoutSecrets } from "./index.ts";

const execution = create(AgentExecutionSchema, {
  metadata: { id: "aex-1" },
  spec: { message: "hi", runtimeEnv: { KEY: { value: "sk-secret", isSecret: true }, REGION: { value: "eu" } } },
});

describe("an execution without its secrets", () => {
  test("has the values of its secrets masked, and nothing else changed", () => {
    const shown = withoutSecrets(execution);
    expect(shown.spec?.runtimeEnv["KEY"]).toMatchObject({ value: "***", isSecret: true });
    expect(shown.spec?.runtimeEnv["REGION"]).toMatchObject({ value: "eu", isSecret: false });
    expect(shown).toMatchObject({ metadata: { id: "aex-1" }, spec: { message: "hi" } });
  });

  test("is a copy: the execution itself is not changed", () => {
    withoutSecrets(execution);
    expect(execution.spec?.runtimeEnv["KEY"]?.value).toBe("sk-secret");
  });

  test("may have no spec", () => {
    const empty = create(AgentExecutionSchema);
    expect(withoutSecrets(empty)).toEqual(empty);
  });
});
