import { group, type PartOf } from "../group.ts";
import { wholeNumber } from "../parsers/numbers.ts";
import { setting } from "../setting.ts";

/** How much of its models one execution may use. */
export const budget = group({
  /** 0: no limit. */
  maxModelCalls: setting({
    name: "MAX_MODEL_CALLS",
    parser: wholeNumber(0, 1_000_000),
    default: "0",
    description:
      "How many calls of models one execution may make, those of sub-agents and summaries included; `0` means no limit. Before the last call the agent is told to conclude.",
  }),
  /** 0: no limit. */
  maxTokens: setting({
    name: "MAX_TOKENS",
    parser: wholeNumber(0, 1_000_000_000),
    default: "0",
    description:
      "How many tokens one execution may use, input and output, those of sub-agents and summaries included; `0` means no limit. It is exceeded by one call at most.",
  }),
});

export type BudgetConfig = PartOf<typeof budget>;
