import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";

/** How many connections Bun asks the system to keep for a server that does not accept them. */
const BACKLOG = 512;

export interface UnansweredListener extends AsyncDisposable {
  readonly port: number;
}

/**
 * An address that does not answer when somebody connects, as one behind a firewall that drops packets: its process does
 * not accept connections, and the system keeps no more of them.
 * @param port any free one, if it is absent
 */
export async function startUnansweredListener(host: string, port = 0): Promise<UnansweredListener> {
  const script = `require("node:net").createServer().listen(${port}, ${JSON.stringify(host)}, function () {
  console.log(this.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  const sockets: Socket[] = [];
  const { value } = await child.stdout.getReader().read();
  const bound = Number(new TextDecoder().decode(value));
  const limit = Number(await readFile("/proc/sys/net/core/somaxconn", "utf8"));
  // The system keeps one more than it was asked for.
  await Promise.all(
    Array.from({ length: Math.min(BACKLOG, limit) + 1 }, async () => {
      const connected = Promise.withResolvers<void>();
      const socket = connect(bound, host, connected.resolve).on("error", connected.reject);
      sockets.push(socket);
      await connected.promise;
    }),
  );
  return {
    port: bound,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
