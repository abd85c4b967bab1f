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
    this.#write(`${JSON.stringify(toJson(AgentExecutionSchema, withoutSecrets(execution)))}\n`);
  }

  end(): void {}
}
