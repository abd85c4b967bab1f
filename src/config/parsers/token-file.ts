import { readFileSync } from "node:fs";
import * as v from "valibot";
import { bearerToken } from "./keys.ts";
import { type Parser, parser } from "./parser.ts";
import { readableFile } from "./paths.ts";

/** The token in a file. White space around it is left out: editors and `echo` end a file with a line break. */
export const bearerTokenFile: Parser<string> = parser(
  `the path of a readable file with ${bearerToken.allowed}`,
  v.pipe(
    readableFile.schema,
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const token = readFileSync(dataset.value, "utf8").trim();
      const { success, issues } = v.safeParse(bearerToken.schema, token);
      if (success) return token;
      addIssue({ message: token === "" ? "is an empty file" : `has a token that ${issues[0].message}` });
      return NEVER;
    }),
  ),
);
