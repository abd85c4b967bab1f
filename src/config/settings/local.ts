import * as v from "valibot";
import { memorySize } from "../parsers/memory-size.ts";
import { anyText, apiKey, boolean, hostPort, oneOf, seconds, wholeNumber } from "../parsers/parsers.ts";
import { optional, withDefault } from "../setting.ts";
import { model, PROVIDERS } from "./model.ts";
import { runner } from "./runner.ts";
import { secret } from "./secret.ts";
import { stigmer } from "./stigmer.ts";
import { temporal } from "./temporal.ts";

/** The variables of `MODE=local`. */
export const localSettings = v.object({
  MODE: v.literal("local"),
  ...temporal,
  STIGMER_BACKEND_ENDPOINT: withDefault(hostPort, "localhost:50051", "The Stigmer daemon's gRPC address."),
  ...stigmer,
  STIGMER_API_KEY: withDefault(apiKey, "dummy-local-key", "Sent to the daemon, which does not check it.", secret),
  STIGMER_LLM_PROVIDER: optional(oneOf(PROVIDERS), "Provider of the default model.", {
    defaultNote: "what STIGMER_LLM_MODEL's name tells, else ollama",
  }),
  STIGMER_LLM_MAX_TOKENS: withDefault(
    wholeNumber(1, 1_000_000),
    "8192",
    "Longest answer, in tokens. Of an answer that it cuts off no tool call is executed.",
  ),
  ...model,
  SANDBOX_TYPE: withDefault(oneOf(["filesystem"]), "filesystem", "Where tools act."),
  SANDBOX_ROOT_DIR: withDefault(anyText, "./workspace", "The directory in which agents work; created where missing.", {
    aliases: ["WORKSPACE_ROOT"],
  }),
  SANDBOX_COMMAND_MEMORY: withDefault(
    memorySize,
    "80%",
    "Memory that the commands of one execution may use together, where the system lets the runner limit it: `512MiB`, `4GiB`, a share of the machine, or `0` for no limit.",
  ),
  STIGMER_EXECUTION_MODE: withDefault(
    oneOf(["local", "sandbox", "auto"]),
    "local",
    "Where commands run: `local` on this machine; `auto` the same; `sandbox`, in a container, is not available yet.",
  ),
  STIGMER_SANDBOX_IMAGE: withDefault(
    anyText,
    "ghcr.io/stigmer/agent-sandbox-basic:latest",
    "Image of the container sandbox.",
  ),
  STIGMER_SANDBOX_AUTO_PULL: withDefault(
    boolean,
    "true",
    "Pull the image of the container sandbox where it is missing.",
  ),
  STIGMER_SANDBOX_CLEANUP: withDefault(boolean, "true", "Remove a container sandbox when it is no longer needed."),
  STIGMER_SANDBOX_TTL: withDefault(seconds(1, 604_800), "3600", "Seconds that a container sandbox may stay unused."),
  ...runner,
});

export type LocalSettings = v.InferOutput<typeof localSettings>;
