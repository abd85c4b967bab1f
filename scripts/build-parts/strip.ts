import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Target } from "./targets.ts";

/** What the runtime looks for in the bridge: a tool that removes it has removed too much. */
const ENTRY = "napi_register_module_v1";

export interface Stripped {
  readonly content: Uint8Array;
  /** Why the symbols were kept. The bridge works with them, but takes about a quarter more space when it is unpacked. */
  readonly kept?: string;
}

/** Removes the symbols of a target's bridge, with the first tool of this machine that knows the target's processor. */
export async function stripped(file: string, { bridge }: Target): Promise<Stripped> {
  const original = async (kept: string) => ({ content: await Bun.file(file).bytes(), kept });
  if (!bridge.includes("linux")) return await original("stripping a library for macOS would break its signature");
  const tools = ["llvm-strip", `${bridge.replace("-unknown", "")}-strip`, "strip"];
  const folder = await mkdtemp(join(tmpdir(), "agent-runner-strip-"));
  const result = join(folder, "stripped.node");
  try {
    for (const tool of tools) {
      if (Bun.which(tool) === null) continue;
      // A tool for other processors refuses the file.
      const { exitCode } = Bun.spawnSync([tool, "--strip-all", "-o", result, file], { stderr: "ignore" });
      if (exitCode !== 0) continue;
      const content = await Bun.file(result).bytes();
      if (Buffer.from(content.buffer).includes(ENTRY)) return { content };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return await original(`none of ${tools.join(", ")} is here and can strip it`);
}
