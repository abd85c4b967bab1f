/** Whether a container engine is available. `scripts/test` has determined it already; `bun test` alone asks. */
import { getContainerRuntimeClient } from "testcontainers";
import { IMAGES, type ImageVariable } from "../../../scripts/test-support/images.ts";

let answers: Promise<boolean> | undefined;

export function engineAnswers(): Promise<boolean> {
  const known = process.env["TEST_SERVICES"];
  if (known === "containers") return Promise.resolve(true);
  if (known === "processes") return Promise.resolve(false);
  answers ??= getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  return answers;
}

export function imageOf(variable: ImageVariable): string {
  return process.env[variable] ?? IMAGES[variable];
}
