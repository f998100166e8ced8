/** The text with `?` for every character that cannot be printed (`ls -q`). */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
