/** A server as a process of this machine. */
import { freePorts } from "../../../scripts/lib/free-ports.ts";
import { eventually } from "../eventually.ts";
import { type ServerProcess, startServerProcess } from "../server-process/server-process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { Address, Server, Service } from "./service.ts";

export async function startProcess(program: string, server: Server): Promise<Service> {
  const executable = Bun.which(program);
  if (executable === null)
    throw new Error(`the tests need ${program} on the PATH: run them with scripts/test, which gets it`);
  const folder = await temporaryFolder();
  const [port = 0] = await freePorts(1);
  const address: Address = { host: "127.0.0.1", port };
  let child: ServerProcess | undefined;
  const restart = async () => {
    if (child?.isRunning === true) return;
    child = startServerProcess([executable, ...server.args(address)], { cwd: folder.path });
    await eventually(() => server.ready(address));
  };
  const kill = async () => {
    child?.kill("SIGKILL");
    await child?.exited;
  };
  const stop = async () => {
    await kill();
    await folder[Symbol.asyncDispose]();
  };
  await restart();
  return { ...address, kind: "process", kill, restart, stop, [Symbol.asyncDispose]: stop };
}
