/** Which rows of a long list are drawn: only those in sight, and a few beside them. */

export interface Span {
  first: number;
  /** One past the last. */
  end: number;
  /** What stands above the first, in px. */
  above: number;
  /** The whole list's height in px. */
  height: number;
}

export function span(count: number, rowHeight: number, scrolled: number, visible: number, beside = 4): Span {
  const height = count * rowHeight;
  const top = Math.min(Math.max(scrolled, 0), Math.max(0, height - visible));
  const first = Math.max(0, Math.floor(top / rowHeight) - beside);
  const end = Math.min(count, Math.ceil((top + visible) / rowHeight) + beside);
  return { first, end: Math.max(end, first), above: first * rowHeight, height };
}

/** Where to scroll so that a row is wholly in sight, moving as little as possible. */
export function scrolledTo(row: number, rowHeight: number, scrolled: number, visible: number): number {
  const top = row * rowHeight;
  if (top < scrolled) return top;
  return top + rowHeight > scrolled + visible ? Math.max(0, top + rowHeight - visible) : scrolled;
}
