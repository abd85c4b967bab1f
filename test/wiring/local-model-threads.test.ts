import { localMode } from "../support/model-places.ts";
import { threadSuite } from "../support/model-suites/threads.ts";

threadSuite(localMode());
