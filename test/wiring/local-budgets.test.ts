import { localMode } from "../support/model-places.ts";
import { budgetSuite } from "../support/model-suites/budgets.ts";

budgetSuite(localMode());
