import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { openDatabase } from "../shared/open-database.ts";
import { AgentSchema, SessionSchema } from "../stigmer/index.ts";
import { ResourceStore } from "./resource-store.ts";

const named = (name: string) => create(AgentSchema, { metadata: { name } });

describe("resource store", () => {
  test("keeps resources and artifacts across restarts", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "new/daemon.db");
    const first = openDatabase(file);
    const before = new ResourceStore(first);
    before.put(AgentSchema, "agt-1", { org: "acme", slug: "helper" }, named("helper"));
    before.putArtifact("skills/1.zip", new Uint8Array([1, 2, 3]));
    first.close();
    const second = openDatabase(file);
    const after = new ResourceStore(second);
    expect(after.get(AgentSchema, "agt-1")).toEqual(named("helper"));
    expect(after.find(AgentSchema, { org: "acme", slug: "helper" })).toEqual(named("helper"));
    expect(Array.from(after.artifact("skills/1.zip") ?? [])).toEqual([1, 2, 3]);
    second.close();
  });

  test("lists a kind with the newest first, and returns nothing for unknown ids", async () => {
    await using folder = await temporaryFolder();
    const database = openDatabase(join(folder.path, "daemon.db"));
    const store = new ResourceStore(database);
    for (const id of ["agt-1", "agt-3", "agt-2"]) store.put(AgentSchema, id, { org: "o", slug: id }, named(id));
    store.put(SessionSchema, "ses-9", { org: "o", slug: "s" }, create(SessionSchema));
    expect(store.all(AgentSchema).map(({ metadata }) => metadata?.name)).toEqual(["agt-3", "agt-2", "agt-1"]);
    expect(store.get(AgentSchema, "ses-9")).toBeUndefined();
    expect(store.find(AgentSchema, { org: "o", slug: "s" })).toBeUndefined();
    expect(store.artifact("skills/none.zip")).toBeUndefined();
    database.close();
  });

  test("replaces a resource with the same id", async () => {
    await using folder = await temporaryFolder();
    const database = openDatabase(join(folder.path, "daemon.db"));
    const store = new ResourceStore(database);
    store.put(AgentSchema, "agt-1", { org: "o", slug: "old" }, named("old"));
    store.put(AgentSchema, "agt-1", { org: "o", slug: "new" }, named("new"));
    expect(store.all(AgentSchema)).toEqual([named("new")]);
    expect(store.find(AgentSchema, { org: "o", slug: "old" })).toBeUndefined();
    database.close();
  });
});
