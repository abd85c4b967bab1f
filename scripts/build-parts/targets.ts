/** A machine that the program is built for. */
export interface Target {
  /** As it stands in the file name. */
  readonly name: string;
  /** Bun's name of the runtime to put in. */
  readonly bun: Bun.Build.CompileTarget;
  /** Temporal's name of the native bridge to put in. */
  readonly bridge: string;
}

export const targets: readonly Target[] = [
  { name: "linux-x64", bun: "bun-linux-x64", bridge: "x86_64-unknown-linux-gnu" },
  { name: "linux-arm64", bun: "bun-linux-arm64", bridge: "aarch64-unknown-linux-gnu" },
  { name: "darwin-x64", bun: "bun-darwin-x64", bridge: "x86_64-apple-darwin" },
  { name: "darwin-arm64", bun: "bun-darwin-arm64", bridge: "aarch64-apple-darwin" },
];

/** This machine. */
export function hostTarget(): Target {
  const name = `${process.platform}-${process.arch}`;
  const found = targets.find((target) => target.name === name);
  if (found === undefined) {
    const known = targets.map((target) => target.name).join(", ");
    throw new Error(`agent-runner cannot be built for ${name}: Temporal's native bridge is there for ${known}`);
  }
  return found;
}
