/** A place that was tried, and why it cannot be used. */
export interface FailedPlace {
  /** A directory with the variable that moves it, or `memory`. */
  readonly place: string;
  readonly reason: string;
}

/** The native bridge could not be loaded from any place. */
export class NativeBridgeError extends Error {
  override readonly name = "NativeBridgeError";
  readonly places: readonly FailedPlace[];
  /** What to do about it, each a sentence. */
  readonly remedies: readonly string[];

  constructor(places: readonly FailedPlace[], remedies: readonly string[]) {
    super(`It is unpacked before it is loaded, and that failed in all ${places.length} places`);
    this.places = places;
    this.remedies = remedies;
  }
}
