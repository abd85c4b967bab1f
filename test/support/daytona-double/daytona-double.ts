import { Box, type BoxParams } from "./box.ts";
import { errorAnswer, type Fault, Faults } from "./faults.ts";
import { toolboxAnswer } from "./toolbox.ts";

export interface DaytonaDoubleOptions {
  readonly apiKey?: string;
  /** How long it takes to create or start a sandbox. */
  readonly startMs?: number;
}

/** Most sandboxes on one page of a list. */
const PAGE = 2;

/**
 * The part of Daytona's HTTP API that its SDK uses for this project. Sandboxes are folders of this machine, and
 * commands really run in them.
 */
export class DaytonaDouble {
  readonly apiKey: string;
  readonly boxes = new Map<string, Box>();
  /** Every request, as `POST /sandbox`. */
  readonly requests: string[] = [];
  readonly #faults = new Faults();
  readonly #server: Bun.Server<undefined>;
  /** May be changed at any time. */
  startMs: number;
  /** How long each request takes at least. */
  delayMs = 0;
  /** The programs that sandboxes have. */
  path = process.env["PATH"] ?? "/usr/bin:/bin";
  /** The user that commands run as; absent: this process' own. */
  user: number | undefined;
  /** Is called with every request before it is answered. */
  onRequest: (entry: string) => void = () => undefined;
  /** New sandboxes get this state instead of being started. */
  failsWith: { readonly state: string; readonly reason: string } | undefined;

  constructor({ apiKey = "dtn_test_key", startMs = 20 }: DaytonaDoubleOptions = {}) {
    this.apiKey = apiKey;
    this.startMs = startMs;
    this.#server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: (request) => this.#answer(request),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/api`;
  }

  /** The sandboxes that are not deleted. */
  get alive(): readonly Box[] {
    return [...this.boxes.values()].filter(({ state }) => state !== "destroyed");
  }

  box(id: string): Box {
    const box = this.boxes.get(id);
    if (box === undefined) throw new Error(`The double has no sandbox ${id}`);
    return box;
  }

  count(request: RegExp): number {
    return this.requests.filter((entry) => request.test(entry)).length;
  }

  fault(fault: Fault): void {
    this.#faults.add(fault);
  }

  heal(): void {
    this.#faults.clear();
    this.failsWith = undefined;
    this.onRequest = () => undefined;
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
    for (const box of this.boxes.values()) box.remove();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const entry = `${request.method} ${pathname.replace(/^\/api/, "")}`;
    this.requests.push(entry);
    this.onRequest(entry);
    if (request.headers.get("authorization") !== `Bearer ${this.apiKey}`)
      return errorAnswer(401, "Invalid credentials", pathname);
    if (this.delayMs > 0) await Bun.sleep(this.delayMs);
    const fault = this.#faults.next(entry);
    if (fault === undefined) return await this.#route(request);
    if (fault.hang === true) await new Promise(() => undefined);
    if (fault.loseAnswer === true) {
      await this.#route(request);
      return errorAnswer(504, "upstream request timeout", pathname);
    }
    return errorAnswer(fault.status ?? 500, fault.message ?? "Internal server error", pathname, fault.headers);
  }

  async #route(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, id = "", path = ""] = /^\/toolbox\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
    if (id !== "") {
      const box = this.boxes.get(id);
      if (box === undefined || box.state === "destroyed") return missing(id, pathname);
      return await toolboxAnswer(box, path, request, this.path, this.user);
    }
    const rest = pathname.replace(/^\/api\/sandbox\/?/, "");
    if (rest === "") return await this.#collection(request, searchParams);
    const [idOrName = "", ...action] = rest.split("/");
    const box = this.#find(decodeURIComponent(idOrName));
    if (box === undefined) return missing(idOrName, pathname);
    return await this.#sandbox(box, `${request.method} /${action.join("/")}`, request);
  }

  async #collection(request: Request, query: URLSearchParams): Promise<Response> {
    if (request.method === "GET") return this.#list(query);
    const params = (await request.json()) as BoxParams;
    if (params.name !== undefined && this.#find(params.name) !== undefined)
      return errorAnswer(409, `Sandbox with name ${params.name} already exists`, "/api/sandbox");
    const box = new Box(params);
    this.boxes.set(box.id, box);
    this.#starts(box);
    return this.#dto(box);
  }

  #list(query: URLSearchParams): Response {
    const wanted = Object.entries(JSON.parse(query.get("labels") ?? "{}") as Record<string, string>);
    const found = this.alive.filter(({ labels }) => wanted.every(([name, value]) => labels[name] === value));
    const from = Number(query.get("cursor") ?? 0);
    const items = found.slice(from, from + PAGE).map((box) => box.toDto(this.#toolbox));
    return Response.json({ items, nextCursor: found.length > from + PAGE ? String(from + PAGE) : null });
  }

  async #sandbox(box: Box, action: string, request: Request): Promise<Response> {
    switch (action) {
      case "GET /":
        return this.#dto(box);
      case "DELETE /":
        box.state = "destroyed";
        box.desiredState = "destroyed";
        box.remove();
        return this.#dto(box);
      case "POST /start":
        if (box.state === "error") return errorAnswer(400, "Sandbox is in an error state", "/start");
        if (box.state !== "started") this.#starts(box);
        return this.#dto(box);
      case "PUT /labels":
        box.labels = ((await request.json()) as { labels: Record<string, string> }).labels;
        return Response.json({ labels: box.labels });
      case "POST /last-activity":
        box.lastActivityAt = new Date();
        box.refreshed++;
        return new Response(null, { status: 201 });
      case "GET /toolbox-proxy-url":
        return Response.json({ url: this.#toolbox });
      default:
        return errorAnswer(404, `Cannot ${action}`, action);
    }
  }

  #starts(box: Box): void {
    box.state = box.state === "creating" ? "creating" : "starting";
    setTimeout(() => {
      if (box.state === "destroyed") return;
      box.state = this.failsWith?.state ?? "started";
      box.errorReason = this.failsWith?.reason ?? "";
      box.lastActivityAt = new Date();
    }, this.startMs);
  }

  #find(idOrName: string): Box | undefined {
    return this.alive.find((box) => box.id === idOrName || box.name === idOrName);
  }

  #dto(box: Box): Response {
    return Response.json(box.toDto(this.#toolbox));
  }

  get #toolbox(): string {
    return `http://127.0.0.1:${this.#server.port}/toolbox`;
  }
}

function missing(id: string, path: string): Response {
  return errorAnswer(404, `Sandbox with ID or name ${id} not found`, path);
}
