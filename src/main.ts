import { ensureHome } from "./processes/ensure-home.ts";
import { runProgram } from "./program.ts";

ensureHome(process.env);
process.exit(await runProgram(process.argv.slice(2), process.env));
