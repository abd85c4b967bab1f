import { expect, test } from "bun:test";
import { shortenedNotice, skillsBudget } from "./skills-section.ts";

test("skills fill at most a quarter of the model's context", () => {
  expect(skillsBudget(18_432)).toBe(4_608 * 3);
  expect(skillsBudget(200_000)).toBe(150_000);
  expect(skillsBudget(1_000_000)).toBe(150_000);
  expect(skillsBudget(undefined)).toBe(24_000);
});

test("the user is told which skills are not in the prompt as a whole", () => {
  expect(shortenedNotice(["pdf", "web"])).toStartWith("The SKILL.md of pdf, web does not fit");
  expect(shortenedNotice([])).toBeUndefined();
});
