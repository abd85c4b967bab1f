/** A proxy before Daytona's double that can revoke the key of one replica. */

export interface RevokingProxy {
  readonly url: string;
  /** Requests get a key that Daytona does not know. */
  revoke(): void;
  restore(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param target the double's own URL */
export function startRevokingProxy(target: string): RevokingProxy {
  let isRevoked = false;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      if (isRevoked) headers.set("authorization", "Bearer dtn_revoked");
      const { origin } = new URL(target);
      const body = request.body === null ? {} : { body: await request.arrayBuffer() };
      return await fetch(`${origin}${pathname}${search}`, { method: request.method, headers, ...body });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}${new URL(target).pathname}`,
    revoke: () => {
      isRevoked = true;
    },
    restore: () => {
      isRevoked = false;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
