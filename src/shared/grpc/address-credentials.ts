import { createSecureContext, type SecureContext, connect as secure, type TLSSocket } from "node:tls";
import { CallCredentials, ChannelCredentials } from "@grpc/grpc-js";
import type { TlsOptions } from "../port-probe.ts";

type Connector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/**
 * TLS to a server whose certificate must carry an IP address. grpc-js' own credentials send the host as the server name
 * (SNI), which must not be an address (RFC 6066, 3): Bun refuses it. These send none, and verify the same.
 */
export class AddressCredentials extends ChannelCredentials {
  readonly #address: string;
  readonly #context: SecureContext;

  /** @param address without brackets */
  constructor(address: string, { ca, client }: TlsOptions) {
    super();
    this.#address = address;
    this.#context = createSecureContext({ ca, cert: client?.cert, key: client?.key });
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    ...[, , callCredentials]: Parameters<ChannelCredentials["_createSecureConnector"]>
  ): Connector {
    const calls = callCredentials ?? CallCredentials.createEmpty();
    // Without a server name, the certificate is verified for the host.
    const options = { host: this.#address, secureContext: this.#context, ALPNProtocols: ["h2"] };
    return {
      connect: async (socket) => {
        const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
        const secured = secure({ ...options, socket }, () => {
          if (secured.authorized) resolve(secured);
          else reject(secured.authorizationError);
        });
        secured.on("error", reject);
        return { socket: await promise, secure: true };
      },
      waitForReady: async () => undefined,
      getCallCredentials: () => calls,
      destroy: () => undefined,
    };
  }
}
