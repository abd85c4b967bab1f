import { group } from "../group.ts";
import { memorySize } from "../parsers/memory-size.ts";
import { seconds } from "../parsers/numbers.ts";
import { absolutePath } from "../parsers/paths.ts";
import { anyText, boolean, oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";

const NO_CONTAINERS = "containers are not available yet";

/** `SANDBOX_TYPE`, which launchers set: each mode has one kind of sandbox. */
export function sandboxType<const T extends "daytona" | "filesystem">(type: T) {
  return setting({
    name: "SANDBOX_TYPE",
    parser: oneOf([type]),
    default: type,
    description: "The kind of sandbox in which tools run.",
    noEffect: "MODE decides",
  });
}

/** The directory of this machine in which agents work, and the containers that they do not have yet. */
export const localSandbox = group(
  {
    type: sandboxType("filesystem"),
    root: setting({
      name: "SANDBOX_ROOT_DIR",
      aliases: ["WORKSPACE_ROOT"],
      parser: anyText,
      default: "./workspace",
      description: "The directory in which agents work; it is created if it is missing.",
    }),
    commandMemory: setting({
      name: "SANDBOX_COMMAND_MEMORY",
      parser: memorySize,
      default: "80%",
      description:
        "Memory that all commands of one execution may use together: `512MiB`, `4GiB`, a share of the machine such as `75%`, or `0` for no limit. It applies if the system lets the runner limit it.",
    }),
    executionMode: setting({
      name: "STIGMER_EXECUTION_MODE",
      parser: oneOf(["local", "sandbox", "auto"]),
      default: "local",
      description: "Where commands run: `local` and `auto`, on this machine. `sandbox`, in a container, is refused.",
      noEffect: NO_CONTAINERS,
    }),
    image: setting({
      name: "STIGMER_SANDBOX_IMAGE",
      parser: anyText,
      default: "ghcr.io/stigmer/agent-sandbox-basic:latest",
      description: "Image of the container sandbox.",
      noEffect: NO_CONTAINERS,
    }),
    autoPull: setting({
      name: "STIGMER_SANDBOX_AUTO_PULL",
      parser: boolean,
      default: "true",
      description: "Pull the image of the container sandbox if it is missing.",
      noEffect: NO_CONTAINERS,
    }),
    cleanup: setting({
      name: "STIGMER_SANDBOX_CLEANUP",
      parser: boolean,
      default: "true",
      description: "Remove a container sandbox when it is no longer needed.",
      noEffect: NO_CONTAINERS,
    }),
    ttlMs: setting({
      name: "STIGMER_SANDBOX_TTL",
      parser: seconds(1, 604_800),
      default: "3600",
      description: "How long a container sandbox may stay unused, in seconds.",
      noEffect: NO_CONTAINERS,
    }),
  },
  {
    check({ values, report }) {
      if (values.executionMode !== "sandbox") return;
      report("executionMode", {
        problem:
          '"sandbox" asks for containers, which this version cannot use; running commands on this machine instead would not be what you asked for',
        allowed: "local or auto",
        remedy: "Set it to local if commands may run on this machine.",
      });
    },
    resolve: (values) => ({
      ...values,
      /** Absolute path; `root` is as configured, for people. */
      rootDir: absolutePath(values.root),
    }),
  },
);
