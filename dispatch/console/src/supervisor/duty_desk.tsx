// The supervisor's own tools, over the page: who is signed in and who failed to, and exercises.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "../words/language";
import { Exercises } from "./exercises";
import { FailedTries, Sessions } from "./sessions";

export function DutyDesk() {
  const say = words.value.supervisor;
  const open = useSignal(false);
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => (open.value = true)}>
        {say.title}
      </button>
      {open.value && <DutyDialog onClose={() => (open.value = false)} />}
    </>
  );
}

function DutyDialog({ onClose }: { onClose: () => void }) {
  const say = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="duty-desk" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="section-head">
        <h2 id={id}>{say.supervisor.title}</h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {say.close}
        </button>
      </div>
      <Sessions />
      <Exercises />
      <FailedTries />
    </dialog>
  );
}
