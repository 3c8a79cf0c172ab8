/**
 * Text from data for plotly, which reads a few HTML tags and entities in titles, labels and hover text.
 *
 * @example
 * escapeText("a < b & <b>c</b>"); // "a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;"
 */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** {@link escapeText} for hover templates, which read `%{…}` besides. */
export function escapeHover(text: string): string {
  return escapeText(text).replaceAll("%{", "%&#123;");
}

/** Text for an HTML attribute or element. */
export function escapeHtml(text: string): string {
  return escapeText(text).replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** JSON that may stand inside a script element: no tag can begin in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

/** A number for labels: at most `digits` significant digits, thousands divided, no trailing zeros. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  return new Intl.NumberFormat("en", { maximumSignificantDigits: digits }).format(value);
}

/** A share for titles as a percentage: 100% and 0% stand for all and none alone. */
export function formatShare(share: number): string {
  if (share > 0.999 && share < 1) return "99.9%";
  if (share > 0 && share < 0.0001) return "0.01%";
  return `${formatNumber(100 * share)}%`;
}

/** A score in [0, 1] for titles: 1 stands for a perfect one alone. */
export function formatScore(score: number): string {
  return score > 0.999 && score < 1 ? "0.999" : formatNumber(score);
}

/** A count for labels: whole, thousands divided. */
export function formatCount(value: number): string {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 0 }).format(value);
}
