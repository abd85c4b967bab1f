import { connect, isIP } from "node:net";
import { sleep } from "../../shared/time.ts";

/** An address that does not answer is tried alone for this long, then the next one beside it: RFC 8305, section 5. */
const HEAD_START_MS = 250;
/** Addresses of one name that are tried. */
const MAX_ADDRESSES = 8;

/** Opens a connection and closes it again. @throws a system error; the signal's reason */
type Probe = (address: string, port: number, signal: AbortSignal) => Promise<void>;

/**
 * Finds an address that can be connected: one that drops packets takes no time from the others. Nothing is sent.
 * @throws the error of the first address, if no address can be connected; the signal's reason
 */
export async function reachableAddress(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
  probe: Probe = probeTcp,
): Promise<string> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let before: Promise<unknown> = Promise.resolve();
  const attempts = tried(addresses).map((address) => {
    const attempt = before.then(async () => {
      either.throwIfAborted();
      await probe(address, port, either);
      return address;
    });
    before = Promise.race([
      before.then(async () => await sleep(HEAD_START_MS, either)),
      attempt.catch(() => undefined),
    ]);
    return attempt;
  });
  try {
    return await Promise.any(attempts);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    over.abort(new Error("another address was connected"));
  }
}

/** The families take turns: often one of them leads nowhere. */
function tried(addresses: readonly string[]): readonly string[] {
  const unique = [...new Set(addresses)];
  const first = isIP(unique[0] ?? "");
  const preferred = unique.filter((address) => isIP(address) === first);
  const others = unique.filter((address) => isIP(address) !== first);
  const turns = preferred.flatMap((address, index) => [address, ...others.slice(index, index + 1)]);
  return [...turns, ...others.slice(preferred.length)].slice(0, MAX_ADDRESSES);
}

async function probeTcp(host: string, port: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port }, resolve);
  socket.on("error", reject);
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}
