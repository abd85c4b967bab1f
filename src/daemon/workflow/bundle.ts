import { bundleWorkflowCode } from "@temporalio/worker";

/**
 * The bundled workflow code for the worker. In the compiled program the build replaces this module by the finished bundle;
 * from source it is bundled on demand.
 */
export async function workflowBundle(): Promise<{ readonly code: string }> {
  const silent = () => undefined;
  const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  return await bundleWorkflowCode({
    workflowsPath: Bun.fileURLToPath(new URL("./invoke.ts", import.meta.url)),
    logger,
  });
}
