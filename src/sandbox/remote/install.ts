import { sha256 } from "../../shared/sha256.ts";
import type { InstalledTree, Tree } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { checkTrees, directoriesOf, INSTALLING, modeOf, TREE_TIME } from "../trees.ts";
import type { RemoteFiles } from "./files.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { FIND_TREES, UNPACK_TREES } from "./tree-scripts.ts";

/** How long unpacking may take, besides the time of every script. */
const UNPACK_MS = 120_000;

/** Installs trees in a remote sandbox: one script looks for them, one upload has all that are missing, one unpacks it. */
export class RemoteTrees {
  readonly #shell: RemoteShell;
  readonly #files: RemoteFiles;

  constructor(shell: RemoteShell, files: RemoteFiles) {
    this.#shell = shell;
    this.#files = files;
  }

  async install(directory: string, trees: readonly Tree[]): Promise<readonly InstalledTree[]> {
    checkTrees(trees);
    const words = new Map(trees.map((tree) => [tree.name, word(tree)]));
    const variables = { trees: [...words.values()].join(" ") };
    const [real = "", ...names] = (await this.#files.runOnPath(directory, FIND_TREES, variables)).split("\n");
    const missing = trees.filter(({ name }) => names.includes(name));
    if (missing.length > 0) await this.#upload(real, missing, words);
    return trees.map((tree) => ({
      path: `${real === "/" ? "" : real}/${tree.name}`,
      wasThere: !missing.includes(tree),
    }));
  }

  async #upload(directory: string, trees: readonly Tree[], words: ReadonlyMap<string, string>): Promise<void> {
    // Only few sandboxes need it.
    const { packTrees } = await import("./tree-archive.ts");
    const packed = await packTrees(trees);
    const archive = `${directory}/${INSTALLING}${crypto.randomUUID()}`;
    try {
      await this.#shell.upload(archive, packed);
      const wanted = trees.map(({ name }) => words.get(name) ?? "").join(" ");
      const variables = { root: directory, path: directory, unless: "", archive, trees: wanted };
      const { code, body } = await this.#shell.run(UNPACK_TREES, variables, { waitMs: UNPACK_MS });
      if (code !== "ok") throw refusal(code, body);
    } catch (error) {
      // Best effort: the next installation deletes what is left.
      await this.#files.remove(archive).catch(() => undefined);
      throw error;
    }
  }
}

/** What the scripts are told of a tree: its name, how many entries it has, and the SHA-256 of their list. */
function word(tree: Tree): string {
  const directories = directoriesOf(tree).map((path) => `d/${path}\0`);
  const files = tree.files.map((file) => {
    const mode = modeOf(file).toString(8);
    return `f/${mode}/${file.size}/${TREE_TIME}.0000000000/${file.path}\0`;
  });
  // In the order of bytes, as sort(1) does.
  const list = [...directories, ...files].map((line) => Buffer.from(line)).sort(Buffer.compare);
  const digest = sha256(Buffer.concat(list));
  return `${tree.name}:${list.length}:${digest}`;
}

function refusal(code: string, body: string): SandboxError {
  switch (code) {
    case "missing":
      return new SandboxError("unavailable", `the sandbox lacks programs to unpack files: ${body}.`);
    case "damaged":
      return new SandboxError(
        "unavailable",
        "what arrived in the sandbox is not what was sent. Send the message again.",
      );
    case "busy":
      return new SandboxError("unavailable", "something in the sandbox keeps taking the place of the files.");
    default:
      return new SandboxError("unavailable", `unpacking failed in the sandbox: ${body.trim().slice(0, 300) || code}`);
  }
}
