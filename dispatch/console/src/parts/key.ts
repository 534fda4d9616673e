// A key that does something on a page, wherever the focus is but in a field.
import { useEffect } from "preact/hooks";

/** A key pressed where nothing is being typed. */
export function useKey(key: string, act: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      const typing = target !== null && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("dialog") !== null);
      if (typing || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.key.toLowerCase() !== key) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}
