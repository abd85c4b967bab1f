import type { EnvMap, LocalConfig } from "../../config/index.ts";
import { mayLimitMemory, runToEnd } from "../../processes/index.ts";
import { baseEnvironment } from "../../sandbox/filesystem/index.ts";
import { type Check, type CheckResult, checkOf, passed, warned } from "../../shared/check.ts";
import { inContainer } from "../../shared/container.ts";
import { messageOf } from "../../shared/errors.ts";
import { userName } from "../../shared/home-directory.ts";

const AREA = "sandboxes";
const ENGINE_NEEDED = "Only MCP servers of the type `docker` need it.";

/** What keeps commands of agents from doing harm on this machine. */
export function confinementCheck(sandbox: LocalConfig["sandbox"] | undefined): Check {
  const about = { id: "sandboxes.confinement", area: AREA, title: "commands" };
  return checkOf(about, sandbox, async ({ commandMemory }) =>
    confinementResult({
      user: shownUser(),
      isRoot: process.geteuid?.() === 0,
      isContainer: inContainer(),
      isMemoryLimited: commandMemory === undefined ? undefined : mayLimitMemory(),
    }),
  );
}

/** A uid instead of a name is called the user. */
function shownUser(): string {
  const name = userName();
  return /^\d*$/.test(name) ? `the user ${name || "of this process"}` : name;
}

export interface Confinement {
  readonly user: string;
  readonly isRoot: boolean;
  readonly isContainer: boolean;
  /** Absent: no limit is wanted. */
  readonly isMemoryLimited: boolean | undefined;
}

export function confinementResult({ user, isRoot, isContainer, isMemoryLimited }: Confinement): CheckResult {
  const place = isContainer ? ", in this container" : "";
  const memory = isMemoryLimited === true ? "; their memory is limited" : "";
  const shown = `agents' commands run as ${user}${place}, and may do what this user may${memory}`;
  const missing = [
    ...(isRoot && !isContainer
      ? ["Run as another user than root, or in a container: commands may change everything on this machine."]
      : []),
    ...(isMemoryLimited === false
      ? [
          "SANDBOX_COMMAND_MEMORY has no effect without a control group that can be divided: `systemd-run --user --scope -p Delegate=yes agent-runner …`, or a service with Delegate=yes.",
        ]
      : []),
  ];
  if (missing.length === 0) return passed(shown);
  return warned(isMemoryLimited === false ? `${shown}; their memory is not limited` : shown, missing);
}

/** The container engine that commands use, as `docker` finds it. */
export function engineCheck(env: EnvMap): Check {
  return {
    id: "sandboxes.engine",
    area: AREA,
    title: "container engine",
    run: async (signal) => {
      const base = baseEnvironment(env);
      const docker = Bun.which("docker", { PATH: base["PATH"] ?? "" });
      if (docker === null) return warned("there is no `docker` on the PATH", [`Install Docker. ${ENGINE_NEEDED}`]);
      try {
        const asked = await runToEnd([docker, "version", "--format", "{{.Server.Version}}"], {
          env: base,
          signal: AbortSignal.any([signal, AbortSignal.timeout(ENGINE_LIMIT_MS)]),
        });
        return engineResult(asked.exitCode, asked.stdout, asked.stderr);
      } catch (error) {
        return engineResult(null, "", messageOf(error));
      }
    },
  };
}

const ENGINE_LIMIT_MS = 4_000;

function engineResult(exitCode: number | null, stdout: string, stderr: string): CheckResult {
  const version = stdout.trim();
  if (exitCode === 0 && version !== "") return passed(`version ${version}`);
  const said = stderr.trim().split("\n")[0] ?? "";
  const what = exitCode === null && said === "" ? `it does not answer within ${ENGINE_LIMIT_MS / 1000} s` : said;
  return warned(`\`docker\` cannot use an engine: ${what || `exit code ${exitCode}`}`, [
    `Start the engine (\`systemctl start docker\`), let this user use it, or correct DOCKER_HOST. ${ENGINE_NEEDED}`,
  ]);
}
