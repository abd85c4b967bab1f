/** Shared by the benchmarks: clocks, memory, printing of figures. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

export function printMachine(): void {
  console.log(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Bun ${Bun.version}\n`);
}

/** Prints one figure. @param target its target value, or what it is compared with */
export function row(name: string, value: string, target = ""): void {
  console.log(`${name.padEnd(56)} ${value.padStart(14)}   ${target}`.trimEnd());
}

/** Duration of some work, in ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Runs some work a number of times with limited concurrency. */
export async function times(count: number, concurrency: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** Throughput per second of some work with limited concurrency. */
export async function rate(count: number, concurrency: number, work: () => Promise<unknown>): Promise<number> {
  return (count / (await timed(() => times(count, concurrency, work)))) * 1000;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values it is interpolated. @param share 0 … 1, such as 0.25 for the first quartile */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The mean of independent values, and its standard error. */
export function meanOf(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Resident memory of a process, in MiB. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
