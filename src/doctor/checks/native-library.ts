import * as v from "valibot";
import type { EnvMap, PartialConfig } from "../../config/index.ts";
import { type BridgeTrial, NativeBridgeError } from "../../native-bridge/index.ts";
import { type EndOfProgram, runToEnd } from "../../processes/index.ts";
import { type Check, type CheckResult, checkOf, passed, refused, refusedBy, warned } from "../../shared/check.ts";
import { parseJson } from "../../shared/parse-json.ts";

/** What places of the library depend on. The process gets none of the keys. */
const PASSED_ON = ["HOME", "XDG_CACHE_HOME", "TMPDIR", "LD_LIBRARY_PATH", "NIX_LD", "NIX_LD_LIBRARY_PATH"] as const;

export interface NativeLibraryOptions {
  readonly env: EnvMap;
  /** Starts the program with the hidden command; absent when it runs from its sources. */
  readonly tryBridge: readonly [string, ...string[]] | undefined;
}

/** Whether Temporal's native library can be loaded: in a process of its own, which it may crash. */
export function nativeLibraryCheck({ dataDir }: PartialConfig, { env, tryBridge }: NativeLibraryOptions): Check {
  const about = { id: "program.native-library", area: "program", title: "native library" };
  return checkOf(about, dataDir, async (directory, signal) => {
    if (tryBridge === undefined) return passed("that of Temporal's package: the program runs from its sources");
    const passedOn = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
    return trialResult(await runToEnd([...tryBridge, directory], { env: Object.fromEntries(passedOn), signal }));
  });
}

/** What the end of that process means. */
export function trialResult({ exitCode, signal, stdout, stderr }: EndOfProgram): CheckResult {
  if (signal !== null)
    return refused(`loading it ends the process with ${signal}`, [
      signal === "SIGILL"
        ? "The processor lacks instructions that the library uses: run it on another machine, or give the virtual machine the host's processor model."
        : "The library does not fit this system, or memory ran out: look at `dmesg`, and compare the system with the documentation.",
    ]);
  const trial = exitCode === 0 ? parseTrial(stdout) : undefined;
  if (trial === undefined)
    return refused(`whether it can be loaded is not known: ${stderr.trim() || `exit code ${exitCode}`}`, [
      "This is most likely a defect of the program: please report it with this line.",
    ]);
  const { loadedFrom, usable, failures } = trial;
  if (loadedFrom === undefined) return refusedBy(new NativeBridgeError(failures));
  if (usable !== undefined || loadedFrom !== MEMORY)
    return passed(loadedFrom === MEMORY ? `works; will be unpacked to ${usable}` : `works, from ${loadedFrom}`);
  const { remedies } = new NativeBridgeError(failures);
  return warned("works, but it will be kept in memory: no directory can be used", remedies);
}

/** As `native-bridge/` calls the place without a directory. */
const MEMORY = "memory";

const TRIAL = v.looseObject({
  loadedFrom: v.optional(v.string()),
  usable: v.optional(v.string()),
  failures: v.array(v.looseObject({ place: v.string(), reason: v.string() })),
});

function parseTrial(stdout: string): BridgeTrial | undefined {
  const parsed = v.safeParse(TRIAL, parseJson(stdout));
  return parsed.success ? parsed.output : undefined;
}
