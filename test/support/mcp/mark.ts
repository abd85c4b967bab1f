/** Tells the processes of one test from those of others on this machine. A number: `sleep` takes it, too. */
export function newMark(): string {
  return String(crypto.getRandomValues(new Uint32Array(1))[0]);
}
