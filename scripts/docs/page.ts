/** A page of the documentation, read as GitHub shows it. */
import GithubSlugger from "github-slugger";

export interface Page {
  /** Targets of links and images, as written. */
  readonly links: readonly string[];
  /** Ids of its headings. */
  readonly anchors: ReadonlySet<string>;
  /** Lines of code: of code blocks, and each code span by itself. */
  readonly code: readonly string[];
}

/** @param markdown the text of the page */
export function readPage(markdown: string): Page {
  const links: string[] = [];
  const headings: string[] = [];
  const code: string[] = [];
  const text = (into: string[]) => ({
    element: () => void into.push(""),
    text: (chunk: { text: string }) => void into.push((into.pop() ?? "") + chunk.text),
  });
  const target = (attribute: string) => ({
    element: (element: HTMLRewriterTypes.Element) => void links.push(unescaped(element.getAttribute(attribute) ?? "")),
  });
  new HTMLRewriter()
    .on("a[href]", target("href"))
    .on("img[src]", target("src"))
    .on("h1, h2, h3, h4, h5, h6", text(headings))
    .on("code", text(code))
    .transform(Bun.markdown.html(markdown));
  const slugger = new GithubSlugger();
  return {
    links,
    anchors: new Set(headings.map((heading) => slugger.slug(unescaped(heading)))),
    code: code.flatMap((block) => unescaped(block).trimEnd().split("\n")),
  };
}

function unescaped(html: string): string {
  return html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
