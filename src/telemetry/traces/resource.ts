import { hostname } from "node:os";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import type { TracesConfig } from "../../config/index.ts";

const DEFAULT_NAME = "agent-runner";

/** What this process is called in traces. What the operator sets wins. */
export function resourceOf(
  { resource = {}, serviceName }: Pick<TracesConfig, "resource" | "serviceName">,
  version: string,
): Resource {
  const own = {
    [ATTR_SERVICE_NAME]: DEFAULT_NAME,
    [ATTR_SERVICE_VERSION]: version,
    "service.instance.id": crypto.randomUUID(),
    "host.name": hostname(),
    "process.pid": process.pid,
  };
  const name = serviceName === undefined ? {} : { [ATTR_SERVICE_NAME]: serviceName };
  return defaultResource().merge(resourceFromAttributes({ ...own, ...resource, ...name }));
}
