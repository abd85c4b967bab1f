import type { Schema } from "../group.ts";
import { apiKey } from "../parsers/keys.ts";
import { setting } from "../setting.ts";
import { commonSettings } from "./common.ts";
import { model } from "./model.ts";
import { localSandbox } from "./sandbox.ts";
import { stigmer } from "./stigmer.ts";
import { temporal } from "./temporal.ts";

/** The settings of `MODE=local`. */
export const localSettings = {
  temporal,
  stigmer: stigmer({ endpoint: "localhost:50051", description: "The Stigmer daemon's gRPC address." }),
  apiKey: setting({
    name: "STIGMER_API_KEY",
    parser: apiKey,
    secret: true,
    default: "dummy-local-key",
    description: "Sent to the daemon, which does not check it.",
  }),
  model: model({ provider: "ollama", maxTokens: "8192" }),
  sandbox: localSandbox,
  ...commonSettings,
} satisfies Schema;
