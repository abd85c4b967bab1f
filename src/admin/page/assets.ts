import type { Context } from "hono";
import script from "./assets/client.js" with { type: "text" };
import styles from "./assets/page.css" with { type: "text" };
import { PAGE_HEADERS } from "./page-headers.ts";

const addressOf = (path: string, text: string) => `${path}?${Bun.hash(text).toString(36)}`;

/** The address of a file changes with its content, so that a browser may keep it. */
export const STYLE_ADDRESS = addressOf("/page.css", styles);
export const SCRIPT_ADDRESS = addressOf("/page.js", script);

const asset = (text: string, type: string) => (c: Context) =>
  c.body(text, 200, {
    ...PAGE_HEADERS,
    "Content-Type": `${type}; charset=utf-8`,
    "Cache-Control": "public, max-age=31536000, immutable",
  });

/** The style and the script of the page, which the program contains. */
export const pageStyle = asset(styles, "text/css");
export const pageScript = asset(script, "text/javascript");
