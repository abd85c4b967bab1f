import { expect, test } from "bun:test";
import { trialResult } from "./native-library.ts";

const end = (found: unknown) => ({ exitCode: 0, signal: null, stdout: JSON.stringify(found), stderr: "" });
const noexec = { place: "/data/native-bridge (STIGMER_DATA_DIR)", reason: "it is mounted noexec" };

test("a library that an earlier start has left, or that can be unpacked, works", () => {
  expect(trialResult(end({ loadedFrom: "/data (STIGMER_DATA_DIR)", usable: "/data", failures: [] })).status).toBe("ok");
  const first = trialResult(end({ loadedFrom: "memory", usable: "/data (STIGMER_DATA_DIR)", failures: [] }));
  expect([first.status, first.detail]).toEqual(["ok", "works; will be unpacked to /data (STIGMER_DATA_DIR)"]);
});

test("one that only memory can hold is a warning, with each place", () => {
  const { status, remedies } = trialResult(end({ loadedFrom: "memory", failures: [noexec] }));
  expect([status, remedies[0]]).toEqual(["warning", `${noexec.place}: ${noexec.reason}`]);
});

test("one that cannot be loaded from anywhere has failed as the start fails", () => {
  const { status, detail, remedies } = trialResult(end({ failures: [noexec] }));
  expect([status, remedies[0]]).toEqual(["failed", `${noexec.place}: ${noexec.reason}`]);
  expect(detail).toContain("that failed in all 1 places");
});

test("a process that crashes while loading is told by its signal", () => {
  const { status, detail, remedies } = trialResult({ exitCode: null, signal: "SIGILL", stdout: "", stderr: "" });
  expect([status, detail]).toEqual(["failed", "loading it ends the process with SIGILL"]);
  expect(remedies.join(" ")).toContain("processor");
});

test("an answer that is none is a defect", () => {
  const { status, detail } = trialResult({ exitCode: 1, signal: null, stdout: "", stderr: "boom\n" });
  expect([status, detail]).toEqual(["failed", "whether it can be loaded is not known: boom"]);
  expect(trialResult({ exitCode: 0, signal: null, stdout: "<html>", stderr: "" }).status).toBe("failed");
});

test("an answer of another shape is none", () => {
  for (const stdout of ["null", "[]", '{"loadedFrom":"memory"}', '{"failures":["full"]}']) {
    const { status, detail } = trialResult({ exitCode: 0, signal: null, stdout, stderr: "" });
    expect([status, detail]).toEqual(["failed", "whether it can be loaded is not known: exit code 0"]);
  }
});
