import MiniSearch from "minisearch";
import { parametersOf, type SearchableTool } from "./searchable-tool.ts";
import { stem, terms, words } from "./words.ts";

/** Tools that are added to the index before others get their turn. */
const CHUNK = 100;
/** Characters of a description that are searched. */
const DESCRIPTION_LIMIT = 2_000;
/** Parameters of a tool that are searched. */
const PARAMETERS_LIMIT = 50;
/** What a match in a field counts. */
const BOOST = { name: 2.5, server: 2, description: 1.5, parameters: 0.5 };
/** What a word counts that only means about the same as one of the request. */
const RELATED_WEIGHT = 0.3;

interface Entry {
  readonly id: number;
  readonly name: string;
  readonly server: string;
  readonly description: string;
  readonly parameters: string;
}

/** Finds tools by what a request says. */
export class ToolIndex {
  readonly #tools: readonly SearchableTool[];
  readonly #index: MiniSearch<Entry>;

  private constructor(tools: readonly SearchableTool[], index: MiniSearch<Entry>) {
    this.#tools = tools;
    this.#index = index;
  }

  static async build(tools: readonly SearchableTool[]): Promise<ToolIndex> {
    const index = new MiniSearch<Entry>({
      fields: Object.keys(BOOST),
      tokenize: words,
      processTerm: stem,
    });
    // The library waits for a timer after each chunk, so that a large index does not block what else runs here.
    await index.addAllAsync(tools.map(entry), { chunkSize: CHUNK });
    return new ToolIndex(tools, index);
  }

  /** The tools that match best, best first. */
  search(request: string, limit: number): SearchableTool[] {
    const { own, related } = terms(request);
    const isOwn = new Set(own);
    const found = this.#index.search([...own, ...related].join(" "), {
      tokenize: (text) => text.split(" ").filter((term) => term !== ""),
      processTerm: (term) => term,
      boost: BOOST,
      boostTerm: (term) => (isOwn.has(term) ? 1 : RELATED_WEIGHT),
      prefix: (term) => isOwn.has(term) && term.length > 3,
      fuzzy: (term) => (isOwn.has(term) && term.length > 4 ? 0.2 : false),
      weights: { prefix: 0.4, fuzzy: 0.2 },
    });
    const named = this.#tools.filter(({ tool }) => tool.name === request.trim());
    const matches = found.slice(0, limit + 1).flatMap(({ id }) => this.#tools[Number(id)] ?? []);
    return [...new Set([...named, ...matches])].slice(0, limit);
  }
}

function entry(searchable: SearchableTool, id: number): Entry {
  const { tool, server } = searchable;
  const parameters = parametersOf(searchable).slice(0, PARAMETERS_LIMIT);
  return {
    id,
    name: tool.name,
    server,
    description: tool.description.slice(0, DESCRIPTION_LIMIT),
    parameters: parameters.map(({ name }) => name).join(" "),
  };
}
