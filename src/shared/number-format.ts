let exact: Intl.NumberFormat | undefined;
let short: Intl.NumberFormat | undefined;

/** A count for people: `12,345`. */
export function exactNumber(value: number): string {
  if (isPlain(value)) return String(value);
  exact ??= new Intl.NumberFormat("en-US");
  return exact.format(value);
}

/** A count where there is little room: `12.3K`. */
export function shortNumber(value: number): string {
  if (isPlain(value)) return String(value);
  short ??= new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
  return short.format(value);
}

/** Whether it has the same form in all formats: making a format takes milliseconds, which a light command notices. */
function isPlain(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 1_000;
}
