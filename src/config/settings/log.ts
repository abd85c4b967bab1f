import { LOG_FORMATS, LOG_LEVELS } from "../../shared/log-names.ts";
import { group } from "../group.ts";
import { oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";

/** What is logged, and how. */
export const log = group({
  level: setting({
    name: "LOG_LEVEL",
    parser: oneOf(LOG_LEVELS, { warning: "warn", critical: "error", fatal: "error" }),
    default: "info",
    description: "Lowest level that is logged.",
  }),
  format: setting({
    name: "LOG_FORMAT",
    parser: oneOf(LOG_FORMATS),
    default: "text",
    description: "`text` for people, `json` for machines.",
  }),
});
