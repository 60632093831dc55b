/** The element that the page keeps for something. */
export function place(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no place for ${id}`);
  return element;
}

/** Adds an element. What is put in is text, never markup. */
export function add<Tag extends keyof HTMLElementTagNameMap>(
  parent: Element,
  tag: Tag,
  className = '',
  text = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** Replaces a text, and leaves an equal one alone: it costs the browser a layout. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
