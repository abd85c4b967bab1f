import type { ScriptOptions, ScriptOutcome } from "../../src/sandbox/remote/index.ts";
import { quote } from "../../src/sandbox/remote/shell.ts";
import { LocalHost } from "./local-host.ts";
import { inMountNamespace } from "./mount-namespace.ts";
import { runShell } from "./run-shell.ts";

/** The programs of this machine, in another root directory: below a directory that searches skip. */
const ENTER = `for name in bin dev lib lib64 proc sbin usr; do
  [ -d "/$name" ] || continue
  mkdir -p "$ROOT/node_modules/$name"; ln -sfn "node_modules/$name" "$ROOT/$name"
  mount --rbind "/$name" "$ROOT/node_modules/$name"
done
exec chroot "$ROOT" "$@"`;

/** A remote host whose root directory is a directory of this machine. Needs `canMount`. */
export class ChrootHost extends LocalHost {
  readonly #root: string;

  constructor(root: string) {
    super("/");
    this.#root = root;
  }

  override async run(script: string, { signal, timeoutMs }: ScriptOptions): Promise<ScriptOutcome> {
    const command = inMountNamespace(ENTER, ["/bin/sh", "-c", script]).map(quote).join(" ");
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ROOT: this.#root };
    const outcome = await runShell(`exec ${command}`, { cwd: "/", env, signal, timeoutMs });
    if (outcome === undefined) throw new Error("The script took too long.");
    return outcome;
  }

  override async upload(path: string, content: Uint8Array): Promise<void> {
    await super.upload(this.#root + path, content);
  }

  override async download(path: string): Promise<Uint8Array | undefined> {
    return await super.download(this.#root + path);
  }
}
