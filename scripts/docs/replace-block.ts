/**
 * Replaces the generated block of a page.
 * @param page Markdown with the lines `<!-- generated:NAME, … -->` and `<!-- /generated:NAME -->`
 * @param content the lines between them
 * @throws Error if the page lacks one of the two lines
 */
export function replaceBlock(page: string, name: string, content: string): string {
  const start = new RegExp(`^<!-- generated:${name}\\b.*-->$`, "m").exec(page);
  const end = page.indexOf(`<!-- /generated:${name} -->`);
  if (start === null || end < start.index) throw new Error(`there is no generated block "${name}"`);
  return `${page.slice(0, start.index)}${start[0]}\n\n${content}\n\n${page.slice(end)}`;
}
