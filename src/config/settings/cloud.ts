import type { Schema } from "../group.ts";
import { hostList } from "../parsers/addresses.ts";
import { setting } from "../setting.ts";
import { commonSettings } from "./common.ts";
import { credentials } from "./credentials.ts";
import { daytona } from "./daytona.ts";
import { model } from "./model.ts";
import { redis } from "./redis.ts";
import { stigmer } from "./stigmer.ts";
import { temporal } from "./temporal.ts";

/** The settings of `MODE=cloud`. */
export const cloudSettings = {
  temporal,
  stigmer: stigmer({ endpoint: "localhost:8080", description: "The Stigmer backend's gRPC address." }),
  credentials,
  model: model({ provider: "anthropic", maxTokens: "20000" }),
  daytona,
  redis,
  mcpAllowedHosts: setting({
    name: "MCP_ALLOWED_HOSTS",
    parser: hostList,
    defaultNote: "none",
    description:
      "Hosts of MCP servers that agents may use although they are addresses of the runner's own machine, such as a sidecar: `localhost`, separated by commas.",
  }),
  ...commonSettings,
} satisfies Schema;
