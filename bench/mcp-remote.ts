/**
 * Measures MCP calls of a stdio server: on this machine, and in a remote sandbox over Daytona's double with a delay for each
 * request, as the network adds one. `bun run bench:mcp-remote`
 */

import { DaytonaDouble } from "../test/support/daytona-double/daytona-double.ts";
import { agentWith, Connected, stdioServer } from "../test/support/mcp/connect.ts";
import { openDaytonaOf, openFilesystem } from "../test/support/sandbox-contract/subjects.ts";

const CALLS = 50;
const LARGE = "x".repeat(200_000);
const print = (label: string, value: string) => console.log(`${label.padEnd(58)} ${value}`);

async function measure(label: string, connected: Connected, requests: () => number): Promise<void> {
  const timed = async (name: string, work: () => Promise<unknown>, count: number) => {
    const before = requests();
    const begin = performance.now();
    await work();
    const ms = (performance.now() - begin) / count;
    print(`${label}: ${name}`, `${ms.toFixed(1)} ms, ${((requests() - before) / count).toFixed(1)} requests a call`);
  };
  const call = async (text: string) => {
    const { failure } = await connected.call("echo", { text });
    if (failure !== undefined) throw new Error(failure);
  };
  await timed(
    "one call after the other",
    async () => {
      for (let index = 0; index < CALLS; index++) await call("hello");
    },
    CALLS,
  );
  await timed("calls at the same time", () => Promise.all(Array.from({ length: CALLS }, () => call("hello"))), CALLS);
  await timed("a call with 200 KB, and 200 KB back", () => call(LARGE), 1);
}

const local = await openFilesystem({ commandTimeoutMs: 60_000 });
{
  const { sandbox } = await local.acquire();
  await using connected = await Connected.open(agentWith(stdioServer("none")), sandbox);
  await measure("this machine", connected, () => 0);
}
await local.close();

for (const delayMs of [0, 50]) {
  const double = new DaytonaDouble();
  double.delayMs = delayMs;
  const remote = await openDaytonaOf(double)({ commandTimeoutMs: 60_000 });
  const { sandbox } = await remote.acquire();
  const begin = performance.now();
  {
    await using connected = await Connected.open(agentWith(stdioServer("none")), sandbox);
    const requests = () => double.count(/toolbox/);
    print(`remote, ${delayMs} ms a request: connecting`, `${Math.round(performance.now() - begin)} ms`);
    await measure(`remote, ${delayMs} ms a request`, connected, requests);
  }
  await remote.close();
}
