import { EXIT_MEANINGS } from "../../src/cli/index.ts";

/** The exit codes as a Markdown table. */
export function exitCodeTable(): string {
  const rows = EXIT_MEANINGS.map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return ["| exit code | meaning |", "|---|---|", ...rows].join("\n");
}
