/** What to answer instead, or how: for requests whose method and path fit. */
export interface Fault {
  /** As in `POST /sandbox`. */
  readonly request: RegExp;
  readonly status?: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Do what was asked, but let the answer be lost at a gateway. */
  readonly loseAnswer?: boolean;
  /** Never answer. */
  readonly hang?: boolean;
  /** How often; without it always. */
  readonly times?: number;
}

/** Faults in the order they were asked for, each as often as asked for. */
export class Faults {
  #faults: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#faults = [];
  }

  next(request: string): Fault | undefined {
    const entry = this.#faults.find(({ fault, left }) => left > 0 && fault.request.test(request));
    if (entry !== undefined) entry.left--;
    return entry?.fault;
  }
}

/** An error as Daytona's API words it. */
export function errorAnswer(
  status: number,
  message: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { statusCode: status, error: "Error", message, timestamp: new Date().toISOString(), path };
  return Response.json(body, { status, headers: { ...headers } });
}
