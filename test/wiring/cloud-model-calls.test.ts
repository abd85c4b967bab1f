import { cloudMode } from "../support/model-places.ts";
import { callSuite } from "../support/model-suites/calls.ts";

callSuite(cloudMode());
