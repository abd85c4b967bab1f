/** Runs a command within a time limit. @returns its standard output, or undefined if it is missing, fails or times out */
export async function output(command: readonly string[], limitMs = 60_000): Promise<string | undefined> {
  const [name = ""] = command;
  if (Bun.which(name) === null) return undefined;
  // By default Bun passes the environment of its own start, without the address of an engine that was started since.
  const env = { ...process.env };
  const child = Bun.spawn([...command], { env, stdin: "ignore", stdout: "pipe", stderr: "ignore", timeout: limitMs });
  const text = await new Response(child.stdout).text();
  return (await child.exited) === 0 ? text.trim() : undefined;
}
