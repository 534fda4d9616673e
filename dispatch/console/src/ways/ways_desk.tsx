// Ways closed and conditions switched: what is so now, over the page, for everybody; who may change it, changes it here.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Desk } from "../operator/desk";
import { now_ms } from "../store/now";
import { standing } from "../trade/closure";
import { nameOf, words } from "../words/language";
import { Closures } from "./closures";
import { ConditionsSwitch } from "./conditions_switch";

export function WaysDesk({ desk }: { desk: Desk }) {
  const say = words.value.ways;
  const open = useSignal(false);
  const closed = [...desk.store.closures.value.values()].filter((each) => standing(each, now_ms.value) === "in_force").length;
  const conditions = desk.store.conditions.value;
  const normal = conditions === null || conditions.profile === "normal";
  return (
    <>
      <button type="button" class={closed > 0 || !normal ? "ways-changed" : ""} aria-haspopup="dialog" onClick={() => (open.value = true)}>
        {say.button(closed, normal ? "" : nameOf(conditions))}
      </button>
      {open.value && <WaysDialog desk={desk} onClose={() => (open.value = false)} />}
    </>
  );
}

function WaysDialog({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const say = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="ways-desk" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="section-head">
        <h2 id={id}>{say.ways.title}</h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {say.close}
        </button>
      </div>
      <ConditionsSwitch desk={desk} />
      <Closures desk={desk} />
    </dialog>
  );
}
