/** A gRPC server with TLS that answers the requests of a connecting Temporal client, and records them. */
import { type Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { TestCertificate } from "./certificates.ts";

export interface TemporalDouble {
  readonly address: string;
  /** The `authorization` of each call, in order. */
  readonly authorizations: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService";

/** @param accepted the accepted API key; others are refused like in Temporal Cloud */
export async function startTemporalDouble(certificate: TestCertificate, accepted: string): Promise<TemporalDouble> {
  const authorizations: string[] = [];
  const server = new Server();
  const bytes = (message: Buffer) => message;
  const method = (name: string) => ({
    path: `${SERVICE}/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  });
  const answer = (
    { metadata }: { metadata: Metadata },
    done: (error: { code: status; details: string } | null, message?: Buffer) => void,
  ) => {
    const authorization = String(metadata.get("authorization")[0] ?? "");
    authorizations.push(authorization);
    if (authorization !== `Bearer ${accepted}`)
      done({ code: status.UNAUTHENTICATED, details: "Request unauthorized." });
    // No bytes are an empty protobuf message.
    else done(null, Buffer.alloc(0));
  };
  server.addService(
    { GetSystemInfo: method("GetSystemInfo"), DescribeNamespace: method("DescribeNamespace") },
    { GetSystemInfo: answer, DescribeNamespace: answer },
  );
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const identity = { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) };
  server.bindAsync("127.0.0.1:0", ServerCredentials.createSsl(null, [identity]), (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  const port = await promise;
  return {
    address: `localhost:${port}`,
    authorizations,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}
