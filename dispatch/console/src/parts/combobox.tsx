// A field that offers choices as one types: by keyboard (arrows, Enter, Escape), mouse or touch; read out as a combobox.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { words } from "../words/language";
import { takeFocus } from "./focus";

export interface Choice {
  readonly key: string;
  readonly main: ComponentChildren;
  readonly aside?: ComponentChildren;
}

interface Properties<Item extends Choice> {
  label: string;
  hint?: string;
  text: string;
  choices: readonly Item[];
  /** Whether the choices belong to the text as it stands. */
  ready: boolean;
  autoFocus?: boolean;
  onText: (text: string) => void;
  onChoose: (choice: Item) => void;
}

export function Combobox<Item extends Choice>(properties: Properties<Item>) {
  const { label, hint, text, choices, ready, autoFocus, onText, onChoose } = properties;
  const id = useId();
  const open = useSignal(false);
  const at = useSignal(-1);
  const shown = open.value && ready;
  const active = Math.min(at.value, choices.length - 1);

  const choose = (choice: Item) => {
    open.value = false;
    at.value = -1;
    onChoose(choice);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open.value = true;
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (choices.length > 0) at.value = (active + step + choices.length) % choices.length;
    } else if (event.key === "Enter" && shown) {
      const choice = choices[active] ?? choices[0];
      if (choice === undefined) return;
      event.preventDefault();
      choose(choice);
    } else if (event.key === "Escape" && open.value) {
      event.stopPropagation();
      open.value = false;
    }
  };
  return (
    <div class="combobox">
      <label for={id}>{label}</label>
      <input
        id={id}
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
        placeholder={hint}
        ref={autoFocus ? takeFocus : null}
        value={text}
        onClick={() => (open.value = true)}
        onBlur={() => (open.value = false)}
        onInput={(event) => {
          open.value = true;
          at.value = -1;
          onText(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={label} hidden={!shown}>
        {choices.map((choice, n) => (
          <li
            key={choice.key}
            id={`${id}-${n}`}
            role="option"
            aria-selected={n === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(choice)}
          >
            <span class="main">{choice.main}</span>
            {choice.aside !== undefined && <span class="aside">{choice.aside}</span>}
          </li>
        ))}
        {choices.length === 0 && (
          <li class="nothing" role="option" aria-disabled="true" aria-selected={false}>
            {words.value.call.noMatch}
          </li>
        )}
      </ul>
      <span class="unseen" role="status">
        {shown ? words.value.call.matches(choices.length) : ""}
      </span>
    </div>
  );
}
