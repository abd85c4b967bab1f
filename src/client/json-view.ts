import { toJson } from "@bufbuild/protobuf";
import { type AgentExecution, AgentExecutionSchema, withoutSecrets } from "../stigmer/index.ts";
import type { Outputs, View } from "./view.ts";

/** Prints each state on one line, as ProtoJSON of the whole execution without the values of its secrets. */
export class JsonView implements View {
  readonly #outputs: Outputs;

  constructor(outputs: Outputs) {
    this.#outputs = outputs;
  }

  update(execution: AgentExecution): void {
    this.#outputs.write(`${jsonLine(execution)}\n`);
  }

  note(text: string): void {
    this.#outputs.tell(`${text}\n`);
  }

  end(): void {}
}

/** An execution as ProtoJSON, without the values of its secrets. */
export function jsonLine(execution: AgentExecution): string {
  return safeJson(toJson(AgentExecutionSchema, withoutSecrets(execution)));
}

/** JSON that can be printed at a terminal. */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  // JSON does not escape these. Terminals execute some of them, and others change the reading order.
  return json.replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, escaped);
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
    .join("");
}
