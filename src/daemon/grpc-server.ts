import { Server, ServerCredentials } from "@grpc/grpc-js";
import { MAX_SKILL_MESSAGE_BYTES, serviceDefinition } from "../stigmer/index.ts";
import type { ServedService } from "./grpc-methods.ts";

export interface GrpcServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** How long open calls may continue when the server stops. */
const STOP_LIMIT_MS = 1_000;

/** Serves on loopback in plaintext. @param port 0 for any free port @throws the system's error if it cannot listen */
export async function serveGrpc(services: readonly ServedService[], port: number): Promise<GrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_SKILL_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_SKILL_MESSAGE_BYTES,
  });
  for (const { service, methods } of services) server.addService(serviceDefinition(service), methods);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
  const bound = await promise;
  return {
    port: bound,
    stop: async () => {
      const { promise: stopped, resolve: done } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        server.forceShutdown();
        done();
      }, STOP_LIMIT_MS);
      server.tryShutdown(() => done());
      await stopped;
      clearTimeout(timer);
    },
  };
}
