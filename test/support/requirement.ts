/**
 * Whether a test can run on this machine. If not, it is skipped and the reason printed. `scripts/test --no-skips`, which CI
 * uses, counts it as failed.
 * @param what what is not tested, and what is missing
 */
export function requirement(isMet: boolean, what: string): boolean {
  if (!isMet) console.warn(`Skipped: ${what}.`);
  return isMet;
}

export const onLinux = (what: string): boolean =>
  requirement(process.platform === "linux", `${what}: this is not Linux`);
export const asRoot = (what: string): boolean =>
  requirement(process.getuid?.() === 0, `${what}: only root can test that`);
export const withTool = (tool: string, what: string): boolean =>
  requirement(Bun.which(tool) !== null, `${what}: there is no ${tool}`);
