import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { PartialConfig } from "../../config/index.ts";
import { type Check, type CheckResult, checkOf, passed, refusedBy, warned } from "../../shared/check.ts";
import { listenAddress, systemError } from "../../shared/listen-address.ts";
import { ListenError } from "../../shared/listen-error.ts";
import { connectableHost, isLoopback } from "../../shared/net-address.ts";
import { probeTcp } from "../../shared/port-probe.ts";
import { runnerAt } from "./runner-at.ts";

const LOOKUP_LIMIT_MS = 2_000;
/** Ports below need privileges, unless the system says something else. */
const FIRST_FREE_PORT = 1024;
/** `CAP_NET_BIND_SERVICE` in the masks of `/proc/self/status`. */
const BIND_BIT = 1n << 10n;

/** Whether the admin server could listen, or a runner listens already. Asks the port, and never listens on it. */
export function adminPortCheck({ admin }: PartialConfig): Check {
  const about = { id: "admin", area: "admin server", title: "admin server" };
  return checkOf(about, admin, async ({ host, port, token }, signal) => {
    try {
      await requireOwnHost(host, token !== undefined);
      return await portResult(host, port, signal);
    } catch (error) {
      return refusedBy(new ListenError(host, port, error));
    }
  });
}

/** @throws an error as listening would throw it */
async function portResult(host: string, port: number, signal: AbortSignal): Promise<CheckResult> {
  if (port === 0) return passed(`any free port of ${host}`);
  const reachable = connectableHost(host);
  const { connected, error } = await probeTcp({ host: reachable.replace(/^\[|\]$/g, ""), port });
  if (!connected && error?.code === "ECONNREFUSED") {
    if (port < firstFreePort() && !mayBindAll()) throw systemError("EACCES", "permission denied");
    return passed(`${host}:${port} is free`);
  }
  if (!connected)
    return warned(`whether ${host}:${port} is free is not known: ${error?.text ?? "no answer in time"}`, [
      "Something in between (a firewall) does not let this machine connect to itself: allow it, for probes and commands.",
    ]);
  const runner = await runnerAt(`http://${reachable}:${port}`, signal);
  if (runner === undefined) throw systemError("EADDRINUSE", "another program uses the port");
  return passed(`agent-runner ${runner.version} runs at ${host}:${port} already, in ${runner.mode} mode`);
}

/** @throws the resolver's error, as for an address of another machine, or as for one that needs a token */
async function requireOwnHost(host: string, hasToken: boolean): Promise<void> {
  const address = await listenAddress(host, { mustBeLoopback: !hasToken, limitMs: LOOKUP_LIMIT_MS });
  if (address === "0.0.0.0" || address === "::" || isLoopback(address)) return;
  const own = Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map((each) => each.address));
  if (!own.includes(address)) throw systemError("EADDRNOTAVAIL", "it is not an address of this machine");
}

function firstFreePort(): number {
  const text = readText("/proc/sys/net/ipv4/ip_unprivileged_port_start").trim();
  return text === "" ? FIRST_FREE_PORT : Number(text);
}

function mayBindAll(): boolean {
  if (process.platform !== "linux") return true;
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText("/proc/self/status"))?.[1];
  return mask === undefined || (BigInt(`0x${mask}`) & BIND_BIT) !== 0n;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
