import { readFile } from "node:fs/promises";
import { type Check, passed, warned } from "../../shared/check.ts";
import { versionLine } from "../../version.ts";

/** The program and what it runs on. */
export function programCheck(): Check {
  return {
    id: "program",
    area: "program",
    title: "program",
    run: async () => {
      const parts = [versionLine, `Bun ${Bun.version}`, `${process.platform} ${process.arch}`, ...cLibrary()];
      const detail = parts.join(", ");
      if (process.platform !== "linux" || process.arch !== "x64") return passed(detail);
      const flags = await processorFlags();
      if (flags === undefined || flags.has("avx2")) return passed(detail);
      return warned(`${detail}; the processor has no AVX2, which this program may use at any moment`, [
        "If the program ends with `Illegal instruction`, run it on another machine, or give the virtual machine the host's processor model.",
      ]);
    },
  };
}

/** Linux has several. */
function cLibrary(): readonly string[] {
  if (process.platform !== "linux") return [];
  const glibc = glibcVersion();
  return [glibc === undefined ? "another C library than glibc" : `glibc ${glibc}`];
}

function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: unknown } };
  const found = header?.glibcVersionRuntime;
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** @returns `undefined` if the system does not tell */
async function processorFlags(): Promise<ReadonlySet<string> | undefined> {
  const text = await readFile("/proc/cpuinfo", "latin1").catch(() => "");
  const found = /^flags\s*:\s*(.*)$/m.exec(text)?.[1];
  return found === undefined ? undefined : new Set(found.split(" "));
}
