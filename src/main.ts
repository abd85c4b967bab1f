import { Lifecycle, SignalHandler } from "./cli/index.ts";

// Before anything else is loaded: a launcher may stop at once what it has started.
const signals = new SignalHandler(new Lifecycle()).listen();

async function main(): Promise<never> {
  const { runProgram } = await import("./program.ts");
  process.exit(await runProgram(process.argv.slice(2), process.env, signals));
}

// Not awaited: while a top-level await is pending, Bun prints an uncaught error, but does not end the process.
void main();
