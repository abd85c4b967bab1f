import { group, type PartOf } from "../group.ts";
import { hostMaybePort } from "../parsers/addresses.ts";
import { apiKey } from "../parsers/keys.ts";
import { readableFile } from "../parsers/paths.ts";
import { anyText, oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";

/** The token itself, or the file that contains it. */
type TokenSource = { readonly key: string } | { readonly file: string };

/** The runner's token for the Stigmer backend of cloud mode, and how it is verified. */
export const credentials = group(
  {
    key: setting({
      name: "STIGMER_API_KEY",
      parser: apiKey,
      secret: true,
      description: "The runner's token (a JWT) for the Stigmer backend; this or STIGMER_API_KEY_FILE.",
    }),
    file: setting({
      name: "STIGMER_API_KEY_FILE",
      parser: readableFile,
      description: "File that contains the token; it is read again when it changes.",
    }),
    verify: setting({
      name: "STIGMER_API_KEY_VERIFY",
      parser: oneOf(["lenient", "strict"]),
      default: "lenient",
      description:
        "If the issuer's keys cannot be fetched, `lenient` warns and checks only the claims; `strict` stops the start.",
    }),
    auth0Domain: setting({
      name: "AUTH0_DOMAIN",
      parser: hostMaybePort,
      defaultNote: "the token's own `iss`",
      description: "Domain of the token's issuer.",
    }),
    auth0Audience: setting({
      name: "AUTH0_AUDIENCE",
      parser: anyText,
      defaultNote: "not checked",
      description: "Audience that the token must contain.",
    }),
  },
  {
    check({ values, isInvalid, report }) {
      const allowed = "one of STIGMER_API_KEY and STIGMER_API_KEY_FILE";
      const has = (key: "key" | "file") => values[key] !== undefined || isInvalid(key);
      if (!has("key") && !has("file"))
        report("key", {
          problem: "is not set",
          allowed,
          remedy: "Issue a token (a JWT) for this runner and set it, or name its file; `MODE=local` needs none.",
        });
      if (values.key !== undefined && values.file !== undefined)
        report("file", {
          problem: "is set, and STIGMER_API_KEY too",
          allowed,
          remedy: "Unset one of them.",
        });
    },
    resolve({ key, file, verify, ...rest }) {
      const source: TokenSource = file === undefined ? { key: key ?? "" } : { file };
      /** `strict`: the start fails if the issuer's keys cannot be fetched. */
      return { ...rest, source, strict: verify === "strict" };
    },
  },
);

export type CredentialsConfig = PartOf<typeof credentials>;
