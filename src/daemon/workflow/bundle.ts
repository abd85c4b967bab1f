import { bundleWorkflowCode } from "@temporalio/worker";

/**
 * The workflow's code as the worker takes it. In the compiled program the build puts the finished text in this module's
 * place; from source it is bundled when it is asked for.
 */
export async function workflowBundle(): Promise<{ readonly code: string }> {
  const silent = () => undefined;
  const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  return await bundleWorkflowCode({
    workflowsPath: Bun.fileURLToPath(new URL("./invoke.ts", import.meta.url)),
    logger,
  });
}
