import { describe, expect, test } from "bun:test";
import { labelsFor, labelsOfGroup, labelsOfSession, sessionOf } from "./labels.ts";

const { signal } = new AbortController();
const request = { executionId: "aex-1", environment: {}, signal };

describe("the labels of a sandbox", () => {
  test("name its group, session and execution", () => {
    const labels = labelsFor("group", { ...request, sessionId: "ses-1" });
    expect(labels).toMatchObject(labelsOfGroup("group"));
    expect(labels).toMatchObject(labelsOfSession("group", "ses-1"));
    expect(labels["stigmer-execution"]).toBe("aex-1");
    expect(sessionOf(labels)).toBe("ses-1");
  });

  test("name no session if there is none", () => {
    expect(sessionOf(labelsFor("group", request))).toBeUndefined();
  });
});
