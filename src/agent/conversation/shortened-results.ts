import { type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { inParallel } from "../../shared/in-parallel.ts";
import { cutMiddle } from "../../shared/text.ts";
import { textOf } from "../tools/tool-middleware.ts";

/** Returns the file that has all of a result; `undefined` if it cannot be kept. */
export type KeepWhole = (result: ToolMessage) => Promise<string | undefined>;

/** Results that are kept at the same time: in a remote sandbox, each takes requests. */
const MAX_PARALLEL_WRITES = 8;
/** What the library puts in place of what it cuts. */
const LIBRARY_NOTE = "\n...(result truncated)";

/**
 * The library shortens results of tools that together are too long for the model's context. It drops their end, and with it
 * the place of the whole result. Here they keep their head and their end, and say where all of it is.
 * @param messages as the library sends them
 * @param originals those that it was given
 */
export async function withPlaces(
  messages: readonly BaseMessage[],
  originals: readonly BaseMessage[],
  keepWhole: KeepWhole,
): Promise<BaseMessage[]> {
  const given = new Set(originals);
  const results = new Map(
    originals.flatMap((message) => (ToolMessage.isInstance(message) ? [[message.tool_call_id, message] as const] : [])),
  );
  const withPlace = async (message: BaseMessage) => {
    if (given.has(message) || !ToolMessage.isInstance(message)) return message;
    const original = results.get(message.tool_call_id);
    if (original === undefined) return message;
    const place = await keepWhole(original);
    const hint =
      place === undefined
        ? "It could not be kept in a file: ask for the part you need."
        : `All of it is in ${place}: read the part you need.`;
    const limit = Math.max(message.text.length - LIBRARY_NOTE.length, 0);
    const { text } = cutMiddle(
      textOf(original.content),
      limit,
      () => `\n\n[… cut, because your conversation has no room for more. ${hint} …]\n\n`,
    );
    return new ToolMessage({ ...original, content: text });
  };
  const shown = [...messages];
  await inParallel(messages.entries(), MAX_PARALLEL_WRITES, async ([index, message]) => {
    shown[index] = await withPlace(message);
  });
  return shown;
}
