/** Decides whether the servers of the tests run in containers or as processes, and tells the tests by variables. */
import { type Engine, openEngine } from "./engine.ts";
import { testImages } from "./images.ts";
import { removeContainers } from "./leftovers.ts";

export interface Services {
  /** One line for the summary. */
  readonly about: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function prepareServices(): Promise<Services> {
  const engine = await openEngine();
  if (engine === undefined) return processes("no container engine answers");
  try {
    await removeContainers(process.pid);
    const { env, made } = await testImages();
    const images =
      made.length === 0 ? "" : "; no registry answers, so the images were built from what is installed here";
    return {
      about: `The servers of the tests: containers (${engine.about}${images})`,
      env: { ...engine.env, ...env, TEST_SERVICES: "containers", TEST_RUN: String(process.pid) },
      stop: () => stop(engine),
    };
  } catch (error) {
    await stop(engine);
    return processes(error instanceof Error ? error.message : String(error));
  }
}

async function stop(engine: Engine): Promise<void> {
  await removeContainers(process.pid);
  await engine.stop();
}

function processes(reason: string): Services {
  return {
    about: `The servers of the tests: processes of this machine (${reason})`,
    env: { TEST_SERVICES: "processes" },
    stop: async () => undefined,
  };
}
