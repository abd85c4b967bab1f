import { create } from "@bufbuild/protobuf";
import type { TodoEntry } from "../agent/index.ts";
import { rfc3339 } from "../shared/time.ts";
import { type TodoItem, TodoItemSchema, TodoStatus } from "../stigmer/index.ts";
import { TODO_LIMIT } from "./limits.ts";

const TODO_STATUS = {
  pending: TodoStatus.TODO_PENDING,
  in_progress: TodoStatus.TODO_IN_PROGRESS,
  completed: TodoStatus.TODO_COMPLETED,
} as const;

/** The to-do list keyed by position: the agent rewrites the whole list, and its entries have no ids. */
export function todoMap(
  todos: readonly TodoEntry[],
  before: Readonly<Record<string, TodoItem>>,
  at: Date,
): Record<string, TodoItem> {
  const now = rfc3339(at);
  const left = todos.length - TODO_LIMIT;
  const note: TodoEntry = { content: `[… ${left} more …]`, status: "pending" };
  const shown = left > 0 ? [...todos.slice(0, TODO_LIMIT), note] : todos;
  return Object.fromEntries(
    shown.map(({ content, status }, index) => {
      const id = `todo-${index + 1}`;
      const old = before[id];
      const same = old !== undefined && old.content === content && old.status === TODO_STATUS[status];
      const createdAt = old?.content === content ? old.createdAt : now;
      return [
        id,
        same ? old : create(TodoItemSchema, { id, content, status: TODO_STATUS[status], createdAt, updatedAt: now }),
      ];
    }),
  );
}
