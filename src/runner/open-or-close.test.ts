import { describe, expect, test } from "bun:test";
import { Lifecycle, StartInterrupted } from "../cli/index.ts";
import { openOrClose, rejectOnStop } from "./open-or-close.ts";

/** Something that is being opened, and that remembers whether it was closed. */
function opening() {
  const { promise, resolve, reject } = Promise.withResolvers<{ close(): Promise<void> }>();
  const seen = { isClosed: false };
  const close = async () => {
    seen.isClosed = true;
  };
  return { promise, open: () => resolve({ close }), fail: reject, seen };
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("opening something during the start", () => {
  test("gives what was opened if no drain is requested", async () => {
    const part = opening();
    part.open();
    expect(await openOrClose(part.promise, new Lifecycle())).toBe(await part.promise);
    expect(part.seen.isClosed).toBe(false);
  });

  test("gives the error if it fails", async () => {
    const part = opening();
    part.fail(new Error("no answer"));
    await expect(openOrClose(part.promise, new Lifecycle())).rejects.toThrow("no answer");
  });

  test("waits at a drain until it is open, in order to close it", async () => {
    const part = opening();
    const lifecycle = new Lifecycle();
    const outcome = openOrClose(part.promise, lifecycle).catch((error: unknown) => error);
    lifecycle.requestDrain();
    lifecycle.requestDrain();
    await settle();
    part.open();
    expect(await outcome).toBeInstanceOf(StartInterrupted);
    expect(part.seen.isClosed).toBe(true);
  });

  test("ends a drain without an error of the start if it fails meanwhile", async () => {
    const part = opening();
    const lifecycle = new Lifecycle();
    const outcome = openOrClose(part.promise, lifecycle).catch((error: unknown) => error);
    lifecycle.requestDrain();
    part.fail(new Error("no answer"));
    expect(await outcome).toBeInstanceOf(StartInterrupted);
  });

  test("does not wait for it at a stop, which may follow a drain", async () => {
    const lifecycle = new Lifecycle();
    const outcome = openOrClose(opening().promise, lifecycle).catch((error: unknown) => error);
    lifecycle.requestDrain();
    lifecycle.requestStop();
    expect(await outcome).toBeInstanceOf(StartInterrupted);
  });
});

describe("waiting for the whole start", () => {
  test("gives what was opened, also after a drain", async () => {
    const part = opening();
    const lifecycle = new Lifecycle();
    const outcome = rejectOnStop(part.promise, lifecycle);
    lifecycle.requestDrain();
    part.open();
    expect(await outcome).toBe(await part.promise);
  });

  test("ends at a stop, whatever the start waits for", async () => {
    const lifecycle = new Lifecycle();
    const outcome = rejectOnStop(opening().promise, lifecycle).catch((error: unknown) => error);
    lifecycle.requestStop();
    expect(await outcome).toBeInstanceOf(StartInterrupted);
  });
});
