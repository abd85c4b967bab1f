/** The comments of the contract's fields, which generated code does not keep. */
import { fromBinary } from "@bufbuild/protobuf";
import { type DescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { $ } from "bun";

/** Numbers of fields in a descriptor: the messages of a file, the fields of a message. */
const [MESSAGES, FIELDS] = [4, 2];

/** @param root of the repository @returns the comments by the names of their fields, `ai.stigmer.….AgentSpec.instructions` */
export async function fieldComments(root: string): Promise<ReadonlyMap<string, string>> {
  const image = await $`bunx buf build proto -o -#format=binpb`.cwd(root).quiet();
  const comments = new Map<string, string>();
  for (const { package: scope, messageType, sourceCodeInfo } of fromBinary(FileDescriptorSetSchema, image.stdout)
    .file) {
    for (const { path, leadingComments } of sourceCodeInfo?.location ?? []) {
      const [messages, message = -1, fields, field = -1] = path;
      if (path.length !== 4 || messages !== MESSAGES || fields !== FIELDS || leadingComments === "") continue;
      const declared: DescriptorProto | undefined = messageType[message];
      const text = leadingComments.replaceAll(/\s+/g, " ").trim();
      comments.set(`${scope}.${declared?.name}.${declared?.field[field]?.name}`, text);
    }
  }
  return comments;
}
