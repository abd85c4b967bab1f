import { create, type DescMethodUnary, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { type handleUnaryCall, status } from "@grpc/grpc-js";
import { serveGrpc } from "../../src/daemon/grpc-server.ts";
import * as wire from "../../src/stigmer/index.ts";

type Answer<T> = T | Promise<T>;

/** What a backend answers to the calls with which an execution is resolved. */
export interface Answers {
  session(): Answer<MessageInitShape<typeof wire.SessionSchema>>;
  instance(): Answer<MessageInitShape<typeof wire.AgentInstanceSchema>>;
  agent(): Answer<MessageInitShape<typeof wire.AgentSchema>>;
  environment(reference: wire.ApiResourceReference): Answer<MessageInitShape<typeof wire.EnvironmentSchema>>;
  context(reference: wire.ApiResourceReference): Answer<MessageInitShape<typeof wire.ExecutionContextSchema>>;
}

/** A refusal with one of gRPC's codes. */
export class Refusal extends Error {
  constructor(readonly code: status) {
    super("refused");
  }
}

export const notFound = (): never => {
  throw new Refusal(status.NOT_FOUND);
};

export interface ResourceBackend extends AsyncDisposable {
  readonly client: wire.StigmerClient;
  /** The calls so far: `agent`, `context acme/exec-ctx-aex-1`. */
  readonly calls: string[];
}

/** A gRPC server with the resources of one execution, which can fail in any way. */
export async function resourceBackend(answers: Answers): Promise<ResourceBackend> {
  const calls: string[] = [];
  const unary = <M extends DescMethodUnary>(
    method: M,
    answer: (request: MessageShape<M["input"]>) => Answer<MessageInitShape<M["output"]>>,
  ) => {
    const handler: handleUnaryCall<MessageShape<M["input"]>, unknown> = (call, callback) => {
      void (async () => create(method.output, await answer(call.request)))().then(
        (message) => callback(null, message),
        (error: unknown) =>
          callback({ code: error instanceof Refusal ? error.code : status.UNKNOWN, details: String(error) }),
      );
    };
    return { service: method.parent, methods: { [method.name]: handler } };
  };
  const counted = <T>(name: string, answer: () => T): T => {
    calls.push(name);
    return answer();
  };
  const named = ({ org, slug }: wire.ApiResourceReference) => `${org}/${slug}`;
  const server = await serveGrpc(
    [
      unary(wire.SessionQueryController.method.get, () => counted("session", answers.session)),
      unary(wire.AgentInstanceQueryController.method.get, () => counted("instance", answers.instance)),
      unary(wire.AgentQueryController.method.get, () => counted("agent", answers.agent)),
      unary(wire.EnvironmentQueryController.method.getByReference, (reference) =>
        counted(`environment ${named(reference)}`, () => answers.environment(reference)),
      ),
      unary(wire.ExecutionContextQueryController.method.getByReference, (reference) =>
        counted(`context ${named(reference)}`, () => answers.context(reference)),
      ),
    ],
    0,
  );
  const client = new wire.StigmerClient({ endpoint: `127.0.0.1:${server.port}`, tls: false, apiKey: () => "key" });
  return {
    client,
    calls,
    async [Symbol.asyncDispose]() {
      client.close();
      await server.stop();
    },
  };
}
