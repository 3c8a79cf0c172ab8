/** The package that a module's name belongs to: of `@scope/name/part` the first two. */
export function packageOf(module: string): string {
  return module.split("/", module.startsWith("@") ? 2 : 1).join("/");
}
