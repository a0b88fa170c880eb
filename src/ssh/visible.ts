/** What a server sends must not steer the terminal: control characters become question marks. */
export function visible(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '?');
}
