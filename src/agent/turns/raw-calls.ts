import { type AIMessage, AIMessageChunk } from "@langchain/core/messages";
import { parseJson } from "../../shared/parse-json.ts";

/** A tool call as the model wrote it. */
export interface RawCall {
  readonly id: string | undefined;
  readonly name: string;
  /** Its arguments, if they are a JSON object. */
  readonly args: Record<string, unknown> | undefined;
  /** The arguments as they came. */
  readonly text: string;
}

/** Arguments that are nested deeper are invalid: the code that they pass through is recursive. */
const DEPTH_LIMIT = 50;

type Chunk = NonNullable<AIMessageChunk["tool_call_chunks"]>[number];

/**
 * The calls of an answer, parsed strictly. The agent library closes open strings and brackets, and so takes a call that was
 * cut off for a complete one.
 */
export function rawCalls(message: AIMessage): RawCall[] {
  if (AIMessageChunk.isInstance(message) && (message.tool_call_chunks?.length ?? 0) > 0)
    return grouped(message.tool_call_chunks ?? []).map(fromChunks);
  const valid = (message.tool_calls ?? []).map(({ id, name, args }) => fromText(id, name, JSON.stringify(args)));
  const invalid = (message.invalid_tool_calls ?? []).map(({ id, name, args }) => fromText(id, name, args ?? ""));
  return [...valid, ...invalid];
}

/** Pieces of one call share an id, an index or both; a piece without either is a call. */
function grouped(chunks: readonly Chunk[]): Chunk[][] {
  const groups: Chunk[][] = [];
  for (const chunk of chunks) {
    const group = groups.find(([first]) => first !== undefined && belongsTo(chunk, first));
    if (group === undefined) groups.push([chunk]);
    else group.push(chunk);
  }
  return groups;
}

function belongsTo(chunk: Chunk, first: Chunk): boolean {
  const hasId = chunk.id !== undefined && chunk.id !== "";
  if (hasId) return chunk.id === first.id && (chunk.index === undefined || chunk.index === first.index);
  return chunk.index !== undefined && chunk.index === first.index && chunk.name === undefined;
}

function fromChunks(chunks: readonly Chunk[]): RawCall {
  const id = chunks.find((chunk) => chunk.id)?.id;
  const name = chunks.find((chunk) => chunk.name)?.name;
  return fromText(id, name, chunks.map(({ args }) => args ?? "").join(""));
}

/** Clients pass on what servers send, so an id or a name may be anything. */
function fromText(id: unknown, name: unknown, text: string): RawCall {
  return {
    id: typeof id === "string" ? id : undefined,
    name: typeof name === "string" ? name : "",
    args: text.trim() === "" ? {} : objectOf(text),
    text,
  };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text);
  return isObject(value) && !Array.isArray(value) && isWithinDepth(value) ? value : undefined;
}

function isWithinDepth(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_LIMIT) return false;
    level = level.filter(isObject).flatMap((part) => Object.values(part));
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
