import type { Path } from "../problem.ts";

/** Where checks report what they find. */
export interface Findings {
  readonly problem: (path: Path, text: string) => void;
  readonly warning: (path: Path, text: string) => void;
}
