import type { DaytonaConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { explained } from "../../shared/errors.ts";
import { sleep } from "../../shared/time.ts";
import type { SandboxRequest } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";
import { labelsFor } from "./labels.ts";
import { makeReady, READY_TIMEOUT_MS, type ReadinessOptions, withinReadiness } from "./readiness.ts";

/** How long a sandbox is searched that must be deleted: its creation may still be running. */
const DISCARD_MS = 30_000;
const DISCARD_POLL_MS = 3_000;

export interface CreateOptions extends ReadinessOptions {
  readonly api: DaytonaApi;
  readonly config: DaytonaConfig;
  /** The group of replicas; see the labels. */
  readonly group: string;
}

/**
 * Creates a sandbox for a request, and waits until it runs. One that does not start is deleted.
 * @throws SandboxError; the request's signal's reason
 */
export async function createSandbox(options: CreateOptions, request: SandboxRequest): Promise<DaytonaSandbox> {
  const { api, log } = options;
  const { sessionId, executionId } = request;
  const owner = sessionId === undefined ? `execution ${executionId}` : `session ${sessionId}`;
  // If the answer to the request is lost, the sandbox is found by its name.
  const name = `stigmer-${(sessionId ?? executionId).replaceAll(/[^\w-]/g, "-").slice(0, 40)}-${crypto.randomUUID().slice(0, 8)}`;
  log.info(`Creating a sandbox for ${owner} (${name})`);
  try {
    return await withinReadiness(`the new sandbox of ${owner}`, request.signal, options, async (signal) => {
      const remote = await createNamed(name, options, request, signal);
      if (await makeReady(api, remote, signal)) return remote;
      const why = remote.errorReason === undefined ? "" : `: ${remote.errorReason}`;
      throw new SandboxError(
        "unavailable",
        `Daytona's new sandbox ${name} did not start (${remote.state})${why}. Check the snapshot, DAYTONA_DEV_TOOLS_SNAPSHOT_ID.`,
      );
    });
  } catch (error) {
    if (!(error instanceof DaytonaFailure && error.wasRefused)) void discard(api, name, log);
    throw error;
  }
}

async function createNamed(
  name: string,
  { api, config, group }: CreateOptions,
  request: SandboxRequest,
  signal: AbortSignal,
): Promise<DaytonaSandbox> {
  const isEphemeral = request.sessionId === undefined;
  const params = {
    name,
    labels: labelsFor(group, request),
    autoStopInterval: config.autoStopMinutes,
    // An ephemeral one is deleted as soon as it stops.
    autoDeleteInterval: isEphemeral ? 0 : config.autoDeleteMinutes,
    ...(config.snapshotId === undefined ? {} : { snapshot: config.snapshotId }),
  };
  const create = async () => {
    const made = await api.find(name, signal);
    return made ?? (await api.client.create(params, { timeout: READY_TIMEOUT_MS / 1000 }));
  };
  let attempt = 0;
  return await api.call(
    "create a sandbox",
    // Only a second attempt can find a sandbox that the first one created.
    (client) => (attempt++ === 0 ? client.create(params, { timeout: READY_TIMEOUT_MS / 1000 }) : create()),
    { signal },
  );
}

/** Deletes the sandbox with this name, as soon as it exists. */
async function discard(api: DaytonaApi, name: string, log: Logger): Promise<void> {
  const end = Date.now() + DISCARD_MS;
  try {
    do {
      const remote = await api.find(name);
      if (remote !== undefined) {
        await api.call(`delete the sandbox ${name}`, () => remote.delete());
        log.info(`Deleted the sandbox ${name}, which did not become ready`);
        return;
      }
      await sleep(DISCARD_POLL_MS);
    } while (Date.now() < end);
  } catch (error) {
    if (error instanceof DaytonaFailure && error.reason === "not-found") return;
    log.warn(`The sandbox ${name} did not become ready and could not be deleted: ${explained(error)}`);
  }
}
