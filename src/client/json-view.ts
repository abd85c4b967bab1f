import { toJson } from "@bufbuild/protobuf";
import { type AgentExecution, AgentExecutionSchema, withoutSecrets } from "../stigmer/index.ts";
import type { View, Write } from "./view.ts";

/** Each state on a line, as ProtoJSON of the whole execution without the values of its secrets. */
export class JsonView implements View {
  readonly #write: Write;

  constructor(write: Write) {
    this.#write = write;
  }

  update(execution: AgentExecution): void {
    const json = JSON.stringify(toJson(AgentExecutionSchema, withoutSecrets(execution)));
    // JSON lets these through, and terminals obey some of them.
    const safe = json.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
    this.#write(`${safe}\n`);
  }

  end(): void {}
}
