import { ClientError } from "../client/index.ts";

/** @throws ClientError if a `--model` says nothing, or half of what it must say */
export function checkModel(model: string | undefined): void {
  if (model?.trim() === "") throw new ClientError("--model is empty: give a model, or leave it out.");
  if (model !== undefined && /^:|:$/.test(model.trim()))
    throw new ClientError(`--model ${model} is incomplete: write it as \`name\` or \`provider:name\`.`);
}
