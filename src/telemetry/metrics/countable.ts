/**
 * What a counter may be raised by. The library accepts NaN, and the counter is NaN from then on.
 * @throws RangeError if the value is negative or not finite
 */
export function countable(value: number): number {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`A counter cannot be raised by ${value}`);
  return value;
}
