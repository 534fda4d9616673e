// Moving the focus to a field that has just appeared; the `autofocus` attribute works only once in the life of a page.

/** To be given as `ref`: called once, when the element is there. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
