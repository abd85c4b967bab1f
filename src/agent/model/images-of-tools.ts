import { type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";

type Block = Exclude<ToolMessage["content"], string>[number];
type ImageUrl = { type: "image_url"; image_url: { url: string } };

/**
 * The same conversation for an API that accepts images of the user only: images in the results of tools follow the results
 * of the turn, in a message of their own. Other data is only named.
 */
export function imagesAfterResults(messages: readonly BaseMessage[]): BaseMessage[] {
  const changed: BaseMessage[] = [];
  let images: ImageUrl[] = [];
  const flush = () => {
    if (images.length > 0)
      changed.push(new HumanMessage({ content: [{ type: "text", text: "The images of the results:" }, ...images] }));
    images = [];
  };
  for (const message of messages) {
    if (!ToolMessage.isInstance(message)) flush();
    if (!ToolMessage.isInstance(message) || typeof message.content === "string") {
      changed.push(message);
      continue;
    }
    const parts = message.content.map((block): string => {
      if (block.type === "text") return String(block["text"]);
      const image = imageOf(block);
      if (image === undefined) return `[${mimeTypeOf(block)}, not shown]`;
      images.push(image);
      return `[${mimeTypeOf(block)}, shown after the results]`;
    });
    changed.push(new ToolMessage({ ...message, content: parts.join("\n") }));
  }
  flush();
  return changed;
}

function mimeTypeOf(block: Block): string {
  return typeof block["mimeType"] === "string" ? block["mimeType"] : block.type;
}

function imageOf(block: Block): ImageUrl | undefined {
  const { type, data } = block;
  if (type !== "image" || typeof data !== "string") return undefined;
  return { type: "image_url", image_url: { url: `data:${mimeTypeOf(block)};base64,${data}` } };
}
