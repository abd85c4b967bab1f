import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { reachableAddress } from "./reachable-address.ts";

const never = new AbortController().signal;

/** What a connection to each address leads to; an address without an entry drops packets. */
function network(outcomes: Readonly<Record<string, "connects" | Error>>) {
  const tried: string[] = [];
  const given: string[] = [];
  const probe = async (address: string, _port: number, signal: AbortSignal) => {
    tried.push(address);
    const outcome = outcomes[address];
    if (outcome === "connects") return;
    if (outcome !== undefined) throw outcome;
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const find = async (addresses: readonly string[], signal = never) =>
    await reachableAddress(addresses, 443, signal, async (address, port, over) => {
      await probe(address, port, over).finally(() => given.push(address));
    });
  return { tried, given, find };
}

describe("of the addresses of a name", () => {
  test("one that drops packets takes no time from the next, and is given up then", async () => {
    const { find, given } = network({ "192.0.2.2": "connects" });
    expect(await find(["192.0.2.1", "192.0.2.2", "192.0.2.3"])).toBe("192.0.2.2");
    await Promise.resolve();
    expect(given.toSorted()).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  test("the first that answers is taken, and no other one is tried", async () => {
    const { find, tried } = network({ "192.0.2.1": "connects", "192.0.2.2": "connects" });
    expect(await find(["192.0.2.1", "192.0.2.2"])).toBe("192.0.2.1");
    expect(tried).toEqual(["192.0.2.1"]);
  });

  test("none may answer: the error is that of the first", async () => {
    const { find } = network({ "192.0.2.1": new Error("refused"), "192.0.2.2": new Error("no route") });
    await expect(find(["192.0.2.1", "192.0.2.2"])).rejects.toThrow("refused");
  });

  test("none is waited for after the signal", async () => {
    const { find, given } = network({});
    const controller = new AbortController();
    const found = find(["192.0.2.1"], controller.signal);
    await Promise.resolve();
    controller.abort(new Error("cancelled"));
    await expect(found).rejects.toThrow("cancelled");
    expect(given).toEqual(["192.0.2.1"]);
  });

  test("those of both families take turns, each once, and eight are tried at most", async () => {
    const refused = new Error("refused");
    const sixes = Array.from({ length: 9 }, (_, index) => `2001:db8::${index}`);
    const all = [...sixes, ...sixes, "192.0.2.1", "192.0.2.2"];
    const { find, tried } = network(Object.fromEntries(all.map((address) => [address, refused])));
    await expect(find(all)).rejects.toThrow("refused");
    const [first, second, ...others] = sixes;
    expect<unknown[]>(tried).toEqual([first, "192.0.2.1", second, "192.0.2.2", ...others.slice(0, 4)]);
  });

  test("one is connected over TCP, and the connection is closed", async () => {
    const closed = Promise.withResolvers<void>();
    const server = createServer((socket) => socket.on("close", () => closed.resolve()).resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    expect(await reachableAddress(["127.0.0.9", "127.0.0.1"], port, never)).toBe("127.0.0.1");
    await closed.promise;
    server.close();
    await expect(reachableAddress(["127.0.0.9"], port, never)).rejects.toThrow(/refused/i);
  });
});
