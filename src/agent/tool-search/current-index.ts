import type { SearchableTool } from "./searchable-tool.ts";
import type { ToolIndex } from "./tool-index.ts";

/** The index of tools that may change: made with the first search, and again after a change. */
export class CurrentIndex {
  #key: readonly string[] = [];
  #index: Promise<ToolIndex> | undefined;

  async of(tools: readonly SearchableTool[]): Promise<ToolIndex> {
    const key = tools.flatMap(({ tool }) => [tool.name, tool.description]);
    const isSame = key.length === this.#key.length && key.every((text, index) => text === this.#key[index]);
    if (!isSame || this.#index === undefined) {
      this.#key = key;
      this.#index = import("./tool-index.ts").then(({ ToolIndex }) => ToolIndex.build(tools));
    }
    return await this.#index;
  }
}
