import type { Context } from "hono";
import { html } from "hono/html";
import { SCRIPT_ADDRESS, STYLE_ADDRESS } from "./assets.ts";
import { type Markup, textOf } from "./markup.ts";
import { PAGE_HEADERS } from "./page-headers.ts";

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='3' fill='%234a7fd0'/%3E%3C/svg%3E";

interface PageOptions {
  readonly title: string;
  /** What stands beside the name, in the header. */
  readonly header?: Markup | undefined;
  readonly footer?: Markup | undefined;
  /** Whether the script keeps it up to date. */
  readonly isLive?: boolean;
  readonly status?: 200 | 400 | 401 | 404 | 413 | 429;
}

/** Answers with a whole page. */
export async function respondPage(c: Context, main: Markup, options: PageOptions): Promise<Response> {
  const { title, header, footer, isLive = false, status = 200 } = options;
  const live = isLive
    ? html`<script src="${SCRIPT_ADDRESS}" defer></script><noscript><meta http-equiv="refresh" content="15"></noscript>`
    : "";
  const page = html`<!DOCTYPE html>
<html lang="en" data-now="${Date.now()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${STYLE_ADDRESS}">
${live}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><h1><a href="/">agent-runner</a></h1>${header ?? ""}</header>
<main id="main" tabindex="-1">${main}</main>
<footer>${footer ?? ""}</footer>
</body>
</html>
`;
  return c.body(await textOf(page), status, {
    ...PAGE_HEADERS,
    "Content-Type": "text/html; charset=utf-8",
  });
}
