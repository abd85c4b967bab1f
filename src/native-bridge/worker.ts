/**
 * The thread that finds, unpacks and checks the bridge, beside the main thread, which loads the rest of the program
 * meanwhile. The main thread loads each file that it is told of, and answers why that failed; if it could load the file, it
 * ends this thread.
 */
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { search } from "./search.ts";
import { sources } from "./sources.ts";
import type { FromWorker, ToWorker, WorkerInput } from "./worker-messages.ts";

const port = parentPort;
if (port !== null) {
  const { places, bridge } = workerData as WorkerInput;
  const post = (message: FromWorker) => port.postMessage(message);
  const failures = await search(sources(places, bridge), async (candidate) => {
    const answer = once(port, "message") as Promise<[ToWorker]>;
    post({ candidate });
    const [{ reason }] = await answer;
    return reason;
  });
  post({ failures });
}
