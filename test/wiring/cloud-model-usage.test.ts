import { cloudMode } from "../support/model-places.ts";
import { usageSuite } from "../support/model-suites/usage.ts";

usageSuite(cloudMode());
