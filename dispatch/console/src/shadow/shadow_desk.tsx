// How the area is run, over the page: live or in shadow, switching it, and the week in which who went is compared.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Desk } from "../operator/desk";
import { readsDecisions } from "../trade/seat";
import { words } from "../words/language";
import { shadowWords } from "../words/shadow";
import { ModeSwitch } from "./mode_switch";
import { Week } from "./week";

export function ShadowDesk({ desk }: { desk: Desk }) {
  const say = shadowWords.value;
  const open = useSignal(false);
  const mode = desk.store.mode.value;
  if (mode === null) return null;
  return (
    <>
      <button type="button" class={mode.mode === "shadow" ? "ways-changed" : ""} aria-haspopup="dialog" onClick={() => (open.value = true)}>
        {say.mode[mode.mode]}
      </button>
      {open.value && <ShadowDialog desk={desk} onClose={() => (open.value = false)} />}
    </>
  );
}

/** Under the header, while nobody is commanded. */
export function ShadowBanner({ desk }: { desk: Desk }) {
  if (desk.store.mode.value?.mode !== "shadow") return null;
  return (
    <p class="shadow-banner" role="status">
      {shadowWords.value.banner}
    </p>
  );
}

function ShadowDialog({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const say = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="ways-desk shadow-desk" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="section-head">
        <h2 id={id}>{shadowWords.value.title}</h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {say.close}
        </button>
      </div>
      <ModeSwitch desk={desk} />
      {readsDecisions(desk.session) && <Week />}
    </dialog>
  );
}
