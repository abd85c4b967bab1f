import { plural } from "./text.ts";

const UNITS = ["KiB", "MiB", "GiB", "TiB"];

/** `512 bytes`, `1.5 KiB`, `10 MiB`. Rounded up, so that what is beyond a limit is shown as more than the limit. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return plural(bytes, "byte");
  let [amount, unit] = [bytes / 1024, 0];
  // Rounded up, it may be one of the next unit.
  while (roundedUp(amount) >= 1024 && unit < UNITS.length - 1) [amount, unit] = [amount / 1024, unit + 1];
  return `${roundedUp(amount).toLocaleString("en")} ${UNITS[unit]}`;
}

function roundedUp(amount: number): number {
  return Math.ceil(amount * 10) / 10;
}
