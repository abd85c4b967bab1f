import { group } from "../group.ts";
import { boolean } from "../parsers/words.ts";
import { setting } from "../setting.ts";

/** What Prometheus reads from the admin server. */
export const metrics = group({
  isOn: setting({
    name: "METRICS",
    parser: boolean,
    default: "true",
    description: "Whether the admin server has /metrics for Prometheus.",
  }),
  isPublic: setting({
    name: "METRICS_PUBLIC",
    parser: boolean,
    default: "false",
    description: "Whether /metrics can be read without ADMIN_TOKEN.",
  }),
});
