import type * as ts from "@tslab/typescript-for-tslab";

/** What is known of a name, for front ends that show Markdown and for those that do not. */
export interface Inspection {
  readonly "text/markdown": string;
  readonly "text/plain": string;
}

/** A place in a file of a program. */
interface Asked {
  readonly service: ts.LanguageService;
  readonly file: string;
  readonly position: number;
}

interface Section {
  readonly title: string;
  readonly items: readonly { readonly name?: string; readonly text: string }[];
  readonly isCode?: boolean;
}

/** The most options that are listed. */
const mostOptions = 40;

/**
 * The declaration of the name at a place, its documentation, the parameters with every option, what it returns and
 * throws, and one example; `undefined` where nothing is known.
 */
export function inspectName(compiler: typeof ts, { service, file, position }: Asked): Inspection | undefined {
  const info = service.getQuickInfoAtPosition(file, position);
  // Which way a name came is no matter, where it came from is one file here.
  const declaration = textOf(info?.displayParts)
    .replace(/^\(alias\) /, "")
    .replace(/\n(import|export) [^\n]*$/, "");
  if (!info || declaration === "") return undefined;
  const tags = info.tags ?? [];
  const tagged = (name: string) =>
    tags.filter((tag) => tag.name === name).map((tag) => textOf(tag.text).trim());
  const [example] = [...tagged("example"), undefined];
  const sections: Section[] = [
    { title: "Parameters", items: tagged("param").map(namedItem) },
    { title: "Options", items: optionsOf(compiler, { service, file, position }) },
    { title: "Returns", items: tagged("returns").map((text) => ({ text })) },
    { title: "Throws", items: tagged("throws").map(thrownItem) },
    { title: "See", items: tagged("see").map((text) => ({ text })) },
    { title: "Example", items: example === undefined ? [] : [{ text: withoutFence(example) }], isCode: true },
  ].filter(({ items }) => items.length > 0);
  const documentation = textOf(info.documentation).trim();
  return {
    "text/markdown": [fenced(declaration), documentation, ...sections.map(asMarkdown)]
      .filter(Boolean)
      .join("\n\n"),
    "text/plain": [declaration, documentation, ...sections.map(asPlain)].filter(Boolean).join("\n\n"),
  };
}

function textOf(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  return (parts ?? []).map(({ text }) => text).join("");
}

/** `name what it is`, or `name - what it is`. */
function namedItem(text: string): { name?: string; text: string } {
  const [, name, rest] = /^(\S+)\s*(?:-\s*)?([\s\S]*)$/.exec(text) ?? [];
  return name === undefined ? { text } : { name, text: rest };
}

/** `{RangeError} if …`. */
function thrownItem(text: string): { name?: string; text: string } {
  const [, name, rest] = /^\{(\w+)\}\s*([\s\S]*)$/.exec(text) ?? [];
  return name === undefined ? { text } : { name, text: rest };
}

function fenced(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}

function withoutFence(example: string): string {
  return /^```\w*\n([\s\S]*?)\n?```$/.exec(example)?.[1] ?? example;
}

function asMarkdown({ title, items, isCode }: Section): string {
  if (isCode) return `**${title}**\n\n${fenced(items[0].text)}`;
  const lines = items.map(
    ({ name, text }) => `- ${name ? `\`${name}\`` : ""}${name && text ? ": " : ""}${oneLine(text)}`,
  );
  return `**${title}**\n\n${lines.join("\n")}`;
}

function asPlain({ title, items, isCode }: Section): string {
  const lines = items.map(({ name, text }) =>
    isCode ? text : `${name ?? ""}${name && text ? ": " : ""}${oneLine(text)}`,
  );
  return `${title}:\n${lines.join("\n").replaceAll(/^/gm, "  ")}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

/** The fields of the function's last parameter, where that is an object of options. */
function optionsOf(compiler: typeof ts, { service, file, position }: Asked): Section["items"] {
  const program = service.getProgram();
  const source = program?.getSourceFile(file);
  const checker = program?.getTypeChecker();
  const node = source && identifierAt(compiler, source, position);
  if (!node || !checker) return [];
  const type = checker.getTypeAtLocation(node);
  const signatures = [...type.getCallSignatures(), ...type.getConstructSignatures()];
  for (const { parameters } of signatures) {
    const last = parameters.at(-1);
    if (!last) continue;
    const options = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(last, node));
    const name = options.aliasSymbol?.name ?? options.symbol?.name ?? "";
    if (!/options$/i.test(name) && !/options$/i.test(last.name)) continue;
    const fields = checker.getPropertiesOfType(options);
    const items = fields.slice(0, mostOptions).map((field) => {
      const isOptional = (field.flags & compiler.SymbolFlags.Optional) !== 0;
      const fieldType = checker.typeToString(checker.getTypeOfSymbolAtLocation(field, node), node);
      const text = textOf(field.getDocumentationComment(checker));
      return { name: `${field.name}${isOptional ? "?" : ""}: ${fieldType}`, text };
    });
    if (fields.length > mostOptions) items.push({ name: "…", text: `${fields.length - mostOptions} more` });
    if (items.length > 0) return items;
  }
  return [];
}

function identifierAt(compiler: typeof ts, node: ts.Node, position: number): ts.Node | undefined {
  if (compiler.isIdentifier(node)) return node;
  return compiler.forEachChild(node, (child) =>
    child.pos <= position && position <= child.end ? identifierAt(compiler, child, position) : undefined,
  );
}
