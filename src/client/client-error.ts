/** Why a client command cannot be carried out. The message says what to do. */
export class ClientError extends Error {
  override readonly name = "ClientError";
}
