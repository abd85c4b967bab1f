/** What `docker run` accepts. What begins with a hyphen would be one of its options. */

export function isDockerImage(text: string): boolean {
  return /^[\w[]/.test(text) && !/\s/.test(text);
}

export function isDockerNetwork(text: string): boolean {
  return /^\w[\w.:-]*$/.test(text);
}

export function isDockerContainerName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]+$/.test(text);
}

export function isDockerProtocol(text: string): boolean {
  return /^(tcp|udp|sctp|)$/i.test(text);
}

/** A port in a container. */
export function isDockerPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** A port of the engine's machine. With 0 the engine chooses one. */
export function isDockerHostPort(port: number): boolean {
  return port === 0 || isDockerPort(port);
}
