import { FILE_SIZE_LIMIT, type Sandbox } from "../../sandbox/index.ts";
import { explained } from "../../shared/errors.ts";
import { humanSize } from "../../shared/human-size.ts";
import { cutMiddle, plural } from "../../shared/text.ts";
import { writeResultFile } from "../tools/result-file.ts";
import type { ToolResult } from "./call-tool.ts";

/** Blocks of a result that are used. */
const MAX_BLOCKS = 100;
/** Characters of base64 in an image that the model receives; larger ones are kept in a file. */
const IMAGE_LIMIT = 4_000_000;
/** Images that all providers can read. */
const IMAGE_TYPES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** Characters of a block of unknown type that are shown. */
const ODD_BLOCK_LIMIT = 2_000;

type Block = ToolResult["content"][number];

/** What the model receives, in the agent library's format. */
export type ResultBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly mimeType: string; readonly data: string };

export interface ResultDeps {
  readonly sandbox: Pick<Sandbox, "writeFile">;
  readonly executionId: string;
  /** Whether the model that is used now can only receive text. */
  readonly textOnly: () => boolean;
}

/** Translates a result. What the model cannot receive is written to files in the sandbox. */
export async function resultBlocks(result: ToolResult, deps: ResultDeps): Promise<ResultBlock[]> {
  const blocks: ResultBlock[] = [];
  for (const block of result.content.slice(0, MAX_BLOCKS)) blocks.push(await toBlock(block, deps));
  const missing = result.content.length - MAX_BLOCKS;
  if (missing > 0)
    blocks.push(text(`[${plural(missing, "further part")} of the result left out: at most ${MAX_BLOCKS} are used]`));
  const hasText = blocks.some((block) => block.type === "text" && block.text.trim() !== "");
  if (!hasText && result.structuredContent !== undefined)
    blocks.unshift(text(JSON.stringify(result.structuredContent, undefined, 2)));
  if (blocks.length === 0) blocks.push(text("[The result is empty]"));
  return blocks;
}

/** The text of a result, for one that says why a call failed. */
export function textOfBlocks(blocks: readonly ResultBlock[]): string {
  return blocks.map((block) => (block.type === "text" ? block.text : `[${block.mimeType}]`)).join("\n");
}

async function toBlock(block: Block, deps: ResultDeps): Promise<ResultBlock> {
  const { type } = block;
  if (type === "text" && typeof block["text"] === "string") return text(block["text"]);
  if ((type === "image" || type === "audio") && typeof block["data"] === "string") {
    const mimeType = mimeTypeOf(block);
    const isShown =
      type === "image" && !deps.textOnly() && IMAGE_TYPES.has(mimeType) && block["data"].length <= IMAGE_LIMIT;
    if (isShown) return { type: "image", mimeType, data: block["data"] };
    return text(await saved(block["data"], mimeType, deps));
  }
  if (type === "resource_link") {
    const { uri, name, description } = block;
    return text(`[Link to the resource ${String(uri)}${about(name)}${about(description)}]`);
  }
  const { resource } = block;
  if (type === "resource" && typeof resource === "object" && resource !== null) return await ofResource(resource, deps);
  return text(JSON.stringify(block).slice(0, ODD_BLOCK_LIMIT));
}

async function ofResource(resource: object, deps: ResultDeps): Promise<ResultBlock> {
  const {
    uri,
    text: content,
    blob,
  } = resource as { readonly uri?: unknown; readonly text?: unknown; readonly blob?: unknown };
  const heading = `[Resource ${String(uri)}]`;
  if (typeof content === "string") return text(`${heading}\n${content}`);
  if (typeof blob === "string") return text(`${heading}\n${await saved(blob, mimeTypeOf(resource), deps)}`);
  return text(heading);
}

/** Writes data to a file. @returns a line that says where it is */
async function saved(base64: string, mimeType: string, { sandbox, executionId }: ResultDeps): Promise<string> {
  const bytes = Buffer.from(base64, "base64");
  const what = `${mimeType}, ${humanSize(bytes.length)}`;
  if (bytes.length > FILE_SIZE_LIMIT)
    return `[${what}: not kept, since files may have at most ${humanSize(FILE_SIZE_LIMIT)}]`;
  const name = `${crypto.randomUUID()}.${extensionOf(mimeType)}`;
  try {
    const path = await writeResultFile(sandbox, executionId, name, bytes);
    return `[${what}: kept in the file ${path}]`;
  } catch (error) {
    return `[${what}: not kept, because the file could not be written: ${explained(error)}]`;
  }
}

function text(content: string): ResultBlock {
  const { text: short } = cutMiddle(content, FILE_SIZE_LIMIT, (cut) => `\n\n[… ${cut} characters cut …]\n\n`);
  return { type: "text", text: short };
}

function about(value: unknown): string {
  return typeof value === "string" && value !== "" ? `: ${value}` : "";
}

function mimeTypeOf(block: object): string {
  const { mimeType } = block as { readonly mimeType?: unknown };
  return typeof mimeType === "string" && /^[\w.+-]+\/[\w.+-]+$/.test(mimeType) ? mimeType : "application/octet-stream";
}

function extensionOf(mimeType: string): string {
  const subtype = mimeType.slice(mimeType.indexOf("/") + 1).replace(/\+.*$/, "");
  return /^[a-z0-9]{1,8}$/.test(subtype) ? subtype : "bin";
}
