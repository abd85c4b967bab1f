import { existsSync } from "node:fs";

/** Files that Docker and Podman create in containers. */
const MARKERS = ["/.dockerenv", "/run/.containerenv"];
const LOCALHOST = /\b(localhost|127\.0\.0\.1)\b|\[::1\]/;

/**
 * A hint for an unreachable address inside a container, where localhost is the container itself.
 * @param text the address, or a message that contains it
 * @returns a sentence; undefined outside of containers, and for addresses other than localhost
 */
export function localhostHint(text: string, isContainer: () => boolean = inContainer): string | undefined {
  if (!LOCALHOST.test(text) || !isContainer()) return undefined;
  return "Without the host's network (`--network host`), localhost is the container itself: name the host, as host.docker.internal for example.";
}

/** Whether this process runs in a container of Docker or Podman. */
export function inContainer(): boolean {
  return MARKERS.some((file) => existsSync(file));
}
