/** What a session keeps from one execution to the next: its thread, and its to-do list. */
import { afterAll, describe, expect, test } from "bun:test";
import { SessionCommandController, SessionQueryController } from "../../../src/stigmer/index.ts";
import { until } from "../eventually.ts";
import type { ModelMode, ModelPlace } from "../model-places.ts";
import { phaseOf } from "../stigmer-user.ts";

/** A new session that names a thread. */
async function sessionWith({ user }: ModelPlace, threadId: string): Promise<string> {
  const { spec } = await user.client.call(SessionQueryController.method.get, { value: await user.session() });
  const created = await user.client.call(SessionCommandController.method.create, {
    spec: { agentInstanceId: spec?.agentInstanceId ?? "", threadId },
  });
  return created.metadata?.id ?? "";
}

const users = (place: ModelPlace) =>
  place.ollama.requests.map(({ messages }) =>
    messages.flatMap(({ role, content }) => (role === "user" ? [content.split("\n")[0]] : [])),
  );

export function threadSuite(mode: ModelMode): void {
  afterAll(() => mode.close());

  describe(`the thread of a session in ${mode.name}`, () => {
    test("is the one that the session names, which several sessions can share", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama" });
      place.ollama.converse(() => ({ text: "Yes." }));
      const name = `shared-${crypto.randomUUID()}`;
      const [one, two] = [await sessionWith(place, name), await sessionWith(place, name)];
      const own = await place.user.session();
      const before = place.ollama.requests.length;
      for (const [session, message] of [
        [one, "First"],
        [two, "Second"],
        [own, "Alone"],
        [one, "Third"],
      ] as const) {
        const execution = await place.user.ask(session, message);
        expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
      }
      expect(users(place).slice(before)).toEqual([
        ["First"],
        ["First", "Second"],
        ["Alone"],
        ["First", "Second", "Third"],
      ]);
    });

    test("can be that of another session, and of two that name each other's", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", TEMPORAL_MAX_CONCURRENCY: "2" });
      place.ollama.converse(() => ({ text: "Yes." }));
      const [one, two] = [await place.user.session(), await place.user.session()];
      for (const [session, other] of [
        [one, two],
        [two, one],
      ] as const) {
        const found = await place.user.client.call(SessionQueryController.method.get, { value: session });
        await place.user.client.call(SessionCommandController.method.update, {
          ...found,
          spec: { ...found.spec, threadId: `thread-${other}` } as never,
        });
      }
      const before = place.ollama.requests.length;
      const begun = [];
      for (let number = 0; number < 4; number++)
        begun.push(await place.user.begin(number % 2 === 0 ? one : two, `${number}`));
      const ended = await Promise.all(begun.map(async (execution) => (await place.user.follow(execution)).at(-1)));
      expect(ended.map((execution) => execution && phaseOf(execution))).toEqual(Array(4).fill("EXECUTION_COMPLETED"));
      const seen = users(place)
        .slice(before)
        .map((texts) => texts.join());
      expect(seen.toSorted()).toEqual(["0", "0,2", "1", "1,3"]);
    });

    test("must be an id that a thread can have", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama" });
      for (const threadId of ["a b", "ephemeral-1", "x".repeat(201), "a{b}"]) {
        const execution = await place.user.ask(await sessionWith(place, threadId), "Go");
        expect(execution.status?.error).toContain(
          "which is no id of a thread: it has 1 to 200 letters, digits and . _ : @ / -, and does not begin with ephemeral-",
        );
      }
    });
  });

  describe(`the to-do list of a session in ${mode.name}`, () => {
    const todos = [
      { content: "Read", status: "completed" },
      { content: "Write", status: "in_progress" },
    ];
    const write = (list: unknown) => ({ text: "", tools: [{ name: "write_todos", args: { todos: list } }] });

    test("is shown at the start of the next execution as long as something is open", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama" });
      const session = await place.user.session();
      place.ollama.converse((_, turn) => (turn === 0 ? write(todos) : { text: "I go on later." }));
      await place.user.ask(session, "Plan");
      const gate = Promise.withResolvers<void>();
      place.ollama.converse((_, turn) =>
        turn === 0
          ? { ...write(todos.map(({ content }) => ({ content, status: "completed" }))), after: gate.promise }
          : { text: "Done." },
      );
      const execution = await place.user.begin(session, "Go on");
      const listed = async () => Object.values((await place.user.get(execution)).status?.todos ?? {});
      await until("the open list is shown", async () => (await listed()).length === 2);
      expect((await listed()).map(({ content, status }) => [content, status])).toEqual([
        ["Read", 3],
        ["Write", 2],
      ]);
      gate.resolve();
      const last = (await place.user.follow(execution)).at(-1);
      expect(Object.values(last?.status?.todos ?? {}).map(({ status }) => status)).toEqual([3, 3]);
      // Nothing is open any more.
      place.ollama.converse(() => ({ text: "Hello." }));
      expect((await place.user.ask(session, "Hi")).status?.todos).toEqual({});
    });
  });
}
