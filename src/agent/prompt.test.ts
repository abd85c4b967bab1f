import { describe, expect, test } from "bun:test";
import { promptWithContext, systemPrompt } from "./prompt.ts";

describe("the system prompt", () => {
  test("begins with the agent's instructions and names its directory", () => {
    const prompt = systemPrompt({ instructions: "  You fix tests.\n", root: "/work/space", variables: [] });
    expect(prompt).toStartWith("You fix tests.\n\n## Environment\n");
    expect(prompt).toContain("Your working directory is /work/space.");
  });

  test("names the variables that commands see", () => {
    const prompt = systemPrompt({ instructions: "x", root: "/", variables: ["REGION", "API_KEY"] });
    expect(prompt).toContain("environment variables: REGION, API_KEY.");
  });

  test("does not name variables that no command can have", () => {
    const prompt = systemPrompt({ instructions: "x", root: "/", variables: ["my-var", "REGION", "UID"] });
    expect(prompt).toContain("environment variables: REGION.");
  });

  test("does not mention variables if there are none", () => {
    for (const variables of [[], ["my-var"]])
      expect(systemPrompt({ instructions: "x", root: "/", variables })).not.toContain("variables");
  });

  test("may have no instructions", () => {
    expect(systemPrompt({ instructions: " ", root: "/", variables: [] })).toStartWith("## Environment\n");
  });
});

test("the user's message ends with the name of the organization, if there is one", () => {
  expect(promptWithContext("Deploy it", "acme")).toBe("Deploy it\n\nOrganization: acme");
  expect(promptWithContext("Deploy it", "")).toBe("Deploy it");
});
