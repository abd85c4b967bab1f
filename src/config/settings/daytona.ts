import { group, type PartOf } from "../group.ts";
import { httpUrl } from "../parsers/addresses.ts";
import { wholeNumber } from "../parsers/numbers.ts";
import { anyText, oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { sandboxType } from "./sandbox.ts";

/** Daytona, which runs the sandboxes of cloud mode. */
export const daytona = group({
  type: sandboxType("daytona"),
  apiKey: setting({
    name: "DAYTONA_API_KEY",
    parser: anyText,
    secret: true,
    required: "Create one in Daytona's dashboard (https://app.daytona.io/dashboard/keys) and set it.",
    description: "API key of Daytona.",
  }),
  apiUrl: setting({
    name: "DAYTONA_API_URL",
    parser: httpUrl,
    default: "https://app.daytona.io/api",
    description: "URL of Daytona's API.",
  }),
  target: setting({
    name: "DAYTONA_TARGET",
    parser: anyText,
    defaultNote: "the organization's default",
    description: "Region of Daytona.",
  }),
  snapshotId: setting({
    name: "DAYTONA_DEV_TOOLS_SNAPSHOT_ID",
    parser: anyText,
    defaultNote: "Daytona's default",
    description: "Snapshot from which sandboxes are created.",
  }),
  autoStopMinutes: setting({
    name: "DAYTONA_AUTO_STOP_MINUTES",
    parser: wholeNumber(1, 1440),
    default: "30",
    description: "How long a sandbox may be idle before it is stopped, in minutes.",
  }),
  autoDeleteMinutes: setting({
    name: "DAYTONA_AUTO_DELETE_MINUTES",
    parser: wholeNumber(1, 525_600),
    default: "10080",
    description: "How long a stopped sandbox is kept before it is deleted, in minutes.",
  }),
  orphanCollection: setting({
    name: "DAYTONA_ORPHAN_COLLECTION",
    parser: oneOf(["on", "report", "off"]),
    default: "on",
    description:
      "Whether sandboxes that are no longer needed are deleted: `on`, `off`, or `report`, which only logs them.",
  }),
});

export type DaytonaConfig = PartOf<typeof daytona>;
export type OrphanCollection = DaytonaConfig["orphanCollection"];
