import type { ToolMessage } from "@langchain/core/messages";
import type { Sandbox } from "../../sandbox/index.ts";
import { keepResult } from "./result-file.ts";
import { type ToolNotes, textOf } from "./tool-middleware.ts";

/** Keeps results that did not have to be kept when they came. @returns a function that gives the file of a result */
export function wholeResults(
  sandbox: Pick<Sandbox, "writeFile">,
  executionId: string,
): (result: ToolMessage) => Promise<string | undefined> {
  const places = new Map<string, Promise<string | undefined>>();
  return async ({ artifact, content, tool_call_id: callId }) => {
    const { keptAt } = (artifact ?? {}) as ToolNotes;
    if (keptAt !== undefined) return keptAt;
    const keeping = places.get(callId) ?? keepResult(sandbox, executionId, callId, textOf(content));
    places.set(callId, keeping);
    const place = await keeping;
    // It is tried again with the next call of the model: the sandbox may have room then.
    if (place === undefined && places.get(callId) === keeping) places.delete(callId);
    return place;
  };
}
