import * as v from "valibot";
import { alternatives } from "../../shared/text.ts";
import { matching, type Parser, parser } from "../parsers/parser.ts";
import { setting } from "../setting.ts";

export const MODES = ["cloud", "local"] as const;
export type Mode = (typeof MODES)[number];

const isMode = (value: string): value is Mode => MODES.some((mode) => mode === value);

const modeName: Parser<Mode> = parser(
  alternatives(MODES),
  v.pipe(
    matching("is not a mode", (value) => isMode(value.toLowerCase())),
    v.transform((value) => value.toLowerCase() as Mode),
  ),
);

/** Decides which other settings there are. */
export const mode = setting({
  name: "MODE",
  parser: modeName,
  default: "cloud",
  description: "`cloud`: for a cluster, with Daytona and Redis. `local`: everything on this machine.",
  remedy: "Set MODE=local on a laptop, MODE=cloud in a cluster.",
});
