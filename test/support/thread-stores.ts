/** The two thread stores, opened from any process, and a conversation to store. */
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { RedisConfig } from "../../src/config/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import type { ThreadStore } from "../../src/threads/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { openSqliteThreads } from "../../src/threads/sqlite/index.ts";

export type StoreAddress = { readonly sqlite: string } | { readonly redis: RedisConfig };

export async function openStore(address: StoreAddress): Promise<{ store: ThreadStore; close: () => Promise<void> }> {
  if ("sqlite" in address) {
    const store = openSqliteThreads(address.sqlite);
    return { store, close: () => store.close() };
  }
  const redis = await RedisConnection.open(address.redis, silentLogger);
  return { store: redisThreads(redis, address.redis.threadTtlMs, silentLogger), close: async () => redis.close() };
}

/** One turn: a user's message and an answer, through LangGraph's own loop. @returns the whole conversation */
export async function talk(
  store: Pick<ThreadStore, "openSaver">,
  threadId: string,
  message: BaseMessage,
): Promise<BaseMessage[]> {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("answer", ({ messages }) => ({ messages: [new AIMessage(`Answer ${messages.length}`)] }))
    .addEdge(START, "answer")
    .addEdge("answer", END)
    .compile({ checkpointer: await store.openSaver() });
  const { messages } = await graph.invoke({ messages: [message] }, { configurable: { thread_id: threadId } });
  return messages;
}

/** The stored conversation of a thread. */
export async function remembered(store: ThreadStore, threadId: string): Promise<string[]> {
  const tuple = await (await store.openSaver()).getTuple({ configurable: { thread_id: threadId } });
  const messages = (tuple?.checkpoint.channel_values["messages"] ?? []) as BaseMessage[];
  return messages.map((message) => message.text);
}
