import { expect, test } from "bun:test";
import { stem, terms, words } from "./words.ts";

test("names in snake case, camel case and with spaces have the same words", () => {
  expect(words("create_pull_request")).toEqual(["create", "pull", "request"]);
  expect(words("createPullRequest")).toEqual(["create", "pull", "request", "createpullrequest"]);
  expect(words("Create pull-request!")).toEqual(["create", "pull", "request"]);
  expect(words("getHTTPHeaders of GitHub's PRs")).toContain("http");
  expect(words("GitHub’s PRs")).toEqual(["git", "hub", "github", "prs"]);
  expect(words("  ")).toEqual([]);
});

test("words in other scripts are words too", () => {
  expect(words("Köln ВКонтакте 東京")).toEqual(["köln", "в", "контакте", "вконтакте", "東京"]);
});

test("the forms of a word have one stem", () => {
  for (const forms of [
    ["issue", "issues"],
    ["create", "creates", "created", "creating"],
    ["repository", "repositories"],
    ["box", "boxes"],
    ["list", "lists", "listed", "listing"],
    ["stop", "stops", "stopped", "stopping"],
    ["status"],
    ["need"],
  ])
    expect(new Set(forms.map(stem)).size).toBe(1);
  expect([stem("news"), stem("s"), stem("status"), stem("thing")]).toEqual(["new", "s", "status", "thing"]);
});

test("a request is searched for by its telling words, and by words of the same meaning", () => {
  const { own, related } = terms("Please remove the tickets of a client");
  expect(own).toEqual(["remov", "ticket", "client"]);
  expect(related).toEqual(expect.arrayContaining(["delet", "issu", "customer"]));
  expect(related).not.toContain("remov");
  expect(terms("do it")).toEqual({ own: ["do", "it"], related: [] });
});
