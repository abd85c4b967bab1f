import type { Schema } from "../group.ts";
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
  ...commonSettings,
} satisfies Schema;
